"""A run in several processes: each clinic is lived through by a process with its own database.

A throwaway SQLite file in a temporary folder, a mailbox in memory, texts that reach nobody, no
broker: whatever the installation's own settings say, a part sees none of it. Which clinics there
are depends on the plan alone, so that the figures do not depend on the number of processes.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from surveillance.simulation.figures import Figures, added
from surveillance.simulation.run import Plan
from surveillance.simulation.subjects import Clinic, clinics_for

MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
FOLDER = "hepcalc-simulate-"
"""How the names of the temporary folders begin."""
DATABASE = "simulation.sqlite3"
POLL = 0.2
"""Seconds between two looks at whether a part is done."""
SETTINGS_OF_ITS_OWN = ("REDIS_URL", "HEARTBEAT_URL", "BENCH_DATABASE_URL", "DEMO_PASSWORD")
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class PartFailed(Exception):
    """A process of the run ended with an error; its last words are in the message."""


@dataclass
class _Part:
    clinic: Clinic
    process: "subprocess.Popen[bytes]"
    folder: Path


def run_in_parts(plan: Plan, processes: int) -> Figures:
    """The figures of the whole plan, `processes` clinics at a time, the largest first.

    However it ends, also by a signal, no process and no file of it stays behind.
    """
    with _signals_noted() as noted, TemporaryDirectory(prefix=FOLDER) as folder:
        empty = _empty_database(Path(folder))
        waiting, running = clinics_for(plan.patients, plan.seed), list[_Part]()
        answers: dict[str, Figures] = {}
        try:
            while waiting or running:
                if noted:
                    raise SystemExit(128 + noted[0])
                while waiting and len(running) < processes:
                    running.append(_begin(plan, waiting.pop(0), empty))
                time.sleep(POLL)
                for part in [each for each in running if each.process.poll() is not None]:
                    answers[part.clinic.label] = _answer(part)
                    running.remove(part)
        finally:
            for part in running:
                part.process.kill()
                part.process.wait()
        return added(answers[label] for label in sorted(answers))


@contextmanager
def _signals_noted() -> Iterator[list[int]]:
    """The signals that ask for the end, as they come. None interrupts what is under way: a process
    that was just being started would be nobody's."""
    noted: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        noted.append(number)

    before = {number: signal.signal(number, note) for number in ENDING}
    try:
        yield noted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def environment(folder: Path) -> dict[str, str]:
    """Settings under which a part can touch nothing of the installation."""
    kept = {name: value for name, value in os.environ.items() if name not in SETTINGS_OF_ITS_OWN}
    return kept | {
        "DATABASE_URL": f"sqlite:///{folder / DATABASE}",
        "DATA_DIR": str(folder),
        "EMAIL_URL": "memorymail://",
        "SMS_URL": "loopback://",
        "LOG_LEVEL": "CRITICAL",
        "REDIS_URL": "",
        "HEARTBEAT_URL": "",
    }


def _empty_database(folder: Path) -> Path:
    """Made once and copied for each part: the migrations take seconds."""
    command = [sys.executable, str(MANAGE), "migrate", "--verbosity=0"]
    try:
        subprocess.run(  # noqa: S603  # our own command
            command, env=environment(folder), check=True, start_new_session=True
        )
    except subprocess.CalledProcessError as error:
        raise PartFailed(f"The empty database was not made: exit {error.returncode}.") from None
    return folder / DATABASE


def _begin(plan: Plan, clinic: Clinic, empty: Path) -> _Part:
    folder = empty.parent / clinic.label
    folder.mkdir()
    shutil.copyfile(empty, folder / DATABASE)
    options = [
        f"--patients={plan.patients}", f"--years={plan.years}", f"--seed={plan.seed}",
        f"--begins-on={plan.begins_on}", f"--part={clinic.slug},{clinic.number},{clinic.of}",
        f"--json={_answer_of(folder)}", *(["--faults"] if plan.faults else []),
    ]  # fmt: skip
    process = subprocess.Popen(  # noqa: S603  # our own command, in an environment of its own
        [sys.executable, str(MANAGE), "simulate", *options],
        env=environment(folder),
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for us to hear, and for us to pass on
    )
    return _Part(clinic, process, folder)


def _answer_of(folder: Path) -> Path:
    return folder / "figures.json"


def _answer(part: _Part) -> Figures:
    if part.process.returncode:
        raise PartFailed(f"{part.clinic.label} ended with {part.process.returncode}.")
    figures: Figures = json.loads(_answer_of(part.folder).read_text(encoding="utf-8"))
    shutil.rmtree(part.folder)
    return figures
