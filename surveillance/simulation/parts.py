"""A run in several processes: the sites are shared out, each part has a database of its own.

A throwaway SQLite file in a temporary folder, a mailbox in memory, no broker: whatever the
installation's own settings say, a part sees none of it.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from surveillance.intake.synthetic.words import SITES
from surveillance.simulation.figures import Figures, added
from surveillance.simulation.run import Plan

MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
FOLDER = "hepcalc-simulate-"
"""How the names of the temporary folders begin."""
POLL = 0.5
"""Seconds between two looks at whether a part is done."""
SETTINGS_OF_ITS_OWN = ("REDIS_URL", "HEARTBEAT_URL", "BENCH_DATABASE_URL", "DEMO_PASSWORD")


class PartFailed(Exception):
    """A process of the run ended with an error; its last words are in the message."""


@dataclass
class _Part:
    process: "subprocess.Popen[bytes]"
    answer: Path


def run_in_parts(plan: Plan, processes: int) -> Figures:
    """The figures of the whole plan, lived through by so many processes at once."""
    with TemporaryDirectory(prefix=FOLDER) as folder:
        shares = [sites for sites in share_out(processes) if sites]
        parts = [
            _begin(plan, sites, Path(folder) / str(number)) for number, sites in enumerate(shares)
        ]
        try:
            return added(_answers(parts))
        finally:
            for part in parts:
                part.process.kill()
                part.process.wait()


def share_out(processes: int) -> list[tuple[str, ...]]:
    """Sites by part, the busiest first to the part with the least to do."""
    parts: list[list[str]] = [[] for _ in range(processes)]
    weight = [0] * processes
    for site in sorted(SITES, key=lambda one: -one.share):
        least = weight.index(min(weight))
        parts[least].append(site.slug)
        weight[least] += site.share
    return [tuple(sites) for sites in parts]


def environment(folder: Path) -> dict[str, str]:
    """Settings under which a part can touch nothing of the installation."""
    kept = {name: value for name, value in os.environ.items() if name not in SETTINGS_OF_ITS_OWN}
    return kept | {
        "DATABASE_URL": f"sqlite:///{folder}/simulation.sqlite3",
        "DATA_DIR": str(folder),
        "EMAIL_URL": "memorymail://",
        "LOG_LEVEL": "CRITICAL",
        "REDIS_URL": "",
        "HEARTBEAT_URL": "",
    }


def _begin(plan: Plan, sites: Sequence[str], folder: Path) -> _Part:
    folder.mkdir()
    answer = folder / "figures.json"
    options = [
        f"--patients={plan.patients}", f"--years={plan.years}", f"--seed={plan.seed}",
        f"--begins-on={plan.begins_on}", f"--part={','.join(sites)}", f"--json={answer}",
        *(["--faults"] if plan.faults else []),
    ]  # fmt: skip
    command = [sys.executable, str(MANAGE), "simulate", *options]
    process = subprocess.Popen(  # noqa: S603  # our own command, in an environment of its own
        command, env=environment(folder), stdout=subprocess.DEVNULL
    )
    return _Part(process, answer)


def _answers(parts: Sequence[_Part]) -> Iterator[Figures]:
    for part in parts:
        while part.process.poll() is None:
            time.sleep(POLL)
        if part.process.returncode:
            raise PartFailed(f"A part of the simulation ended with {part.process.returncode}.")
        yield json.loads(part.answer.read_text(encoding="utf-8"))
