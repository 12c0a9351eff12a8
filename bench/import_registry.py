"""Import of 30,000 registry rows against PostgreSQL COPY of the same rows, with peak memory.

COPY only stores text: it neither checks, nor finds the patient again, nor decides. The ratio says
what all of that costs. Run: python -m bench.import_registry [ROWS]
"""

import resource
import subprocess
import sys
import tempfile
from datetime import date
from itertools import islice
from pathlib import Path

import psycopg

from bench import database, measure
from patients.models import Site
from surveillance.intake.csv_registry.columns import COLUMNS
from surveillance.intake.demonstration.fill import Story
from surveillance.intake.synthetic.generate import write_registry
from surveillance.intake.synthetic.words import SITES

NAMES = [column.name for column in COLUMNS]


def main(rows: int = 30_000) -> None:
    """Measure one import each way, at a tenth of the rows and at all of them."""
    with tempfile.TemporaryDirectory() as folder:
        for size in (rows // 10, rows):
            _measure(Path(folder) / "registry.csv", size)


def _measure(path: Path, size: int) -> None:
    written = _write(path, size)
    url = database.prepare()
    for site in SITES:
        Site.objects.create(slug=site.slug, name=site.name, time_zone=site.time_zone)
    taken = measure.interleaved(
        {
            "COPY into a table of text": lambda: _copy(path, url),
            "import_registry, first time": lambda: _import(path),
        },
        rounds=1,
    )
    again = measure.interleaved({"again": lambda: _import(path)}, rounds=1)
    taken["import_registry, second time"] = again["again"]
    measure.tell("Import", taken, "COPY into a table of text", written, "rows")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"  file {path.stat().st_size / 1e6:.0f} MB, peak memory {peak:.0f} MB")


def _write(path: Path, rows: int) -> int:
    story = Story(rows, 11, date(2026, 6, 15))
    with path.open("w", encoding="utf-8", newline="") as file:
        return write_registry(islice((row for _, row in story.rows()), rows), NAMES, file)


def _import(path: Path) -> None:
    """In a process of its own, so that its memory is its own."""
    command = [sys.executable, "manage.py", "import_registry", str(path)]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _copy(path: Path, url: str) -> None:
    columns = ", ".join(f'"{name}" text' for name in NAMES)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_copy")
        cursor.execute(f"CREATE TABLE bench_copy ({columns})")
        with cursor.copy("COPY bench_copy FROM STDIN (FORMAT csv, HEADER true)") as copy:
            copy.write(path.read_bytes())


if __name__ == "__main__":
    main(*(int(argument.replace("_", "")) for argument in sys.argv[1:]))
