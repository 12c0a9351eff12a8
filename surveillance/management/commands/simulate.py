"""Lives through years of a programme: `manage.py simulate --patients 1000 --years 5 --seed 7`."""

import gc
import json
import os
import resource
import sys
import time
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from patients.models import Patient
from surveillance.simulation.figures import Figures
from surveillance.simulation.parts import FOLDER, PartFailed, run_in_parts
from surveillance.simulation.report import summary, table
from surveillance.simulation.run import BEGINS_ON, NotEmpty, Plan, run
from surveillance.simulation.subjects import Clinic

GARBAGE_EVERY = 100_000
"""Objects made before the memory is searched for garbage: what is kept grows by the day."""

STATEMENTS_KEPT = 1000
"""Prepared once: the workflows use several hundred, and SQLite keeps 128 if it is not asked."""
THROWAWAY = (
    "locking_mode = EXCLUSIVE",
    "synchronous = OFF",
    "journal_mode = MEMORY",
    "temp_store = MEMORY",
)
"""Nobody else reads the file, and nobody will miss it."""


class Command(BaseCommand):
    """Simulates on a throwaway database. Refuses where real patients are on file."""

    help = "Simulate years of a programme with invented patients, on a throwaway database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The arguments of the command line."""
        parser.add_argument("--patients", type=int, default=100, help="how many (default 100)")
        parser.add_argument("--years", type=float, default=5, help="how long (default 5)")
        parser.add_argument("--seed", type=int, default=7, help="same seed, same report")
        parser.add_argument("--faults", action="store_true", help="let things break")
        parser.add_argument("--json", type=Path, metavar="FILE", help="also write all figures")
        parser.add_argument(
            "--processes",
            type=int,
            default=os.cpu_count() or 1,
            help="at once (default: all cores)",
        )
        parser.add_argument("--begins-on", default=str(BEGINS_ON), metavar="DATE")
        parser.add_argument("--part", default="", help="used by the command itself")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Refuse, simulate, report; exit status 1 when a lesion-day was uncovered."""
        plan = _plan(options)
        if options["part"]:
            self._live_a_part(plan, _clinic(options["part"]), options["json"])
            return
        _refuse_patients()
        begun, processes = time.monotonic(), _processes(options["processes"])
        try:
            figures = run_in_parts(plan, processes)
        except PartFailed as failure:
            raise CommandError(str(failure)) from None
        seconds = time.monotonic() - begun
        title = (
            f"{plan.patients:,} invented patients, {plan.years:g} years, seed {plan.seed}"
            f"{', with faults' if plan.faults else ''}"
        )
        self.stdout.write(table(figures, title))
        self.stderr.write(f"({seconds:.0f} s, of which computing {_computing():.0f} s)")
        if options["json"]:
            text = json.dumps(summary(figures), indent=1, sort_keys=True)
            options["json"].write_text(text + "\n", encoding="utf-8")
        if figures["watch"]["uncovered"]:
            sys.exit(1)

    def _live_a_part(self, plan: Plan, clinic: Clinic, answer: Path) -> None:
        """One process of the run, in the environment that `parts` made for it."""
        if FOLDER not in str(settings.DATABASES["default"]["NAME"]):
            raise CommandError("--part is for the processes that this command starts itself.")
        self._parent = os.getppid()
        _lose_nothing_worth_keeping()
        try:
            figures: Figures = run(plan, clinic, lambda line: self._progress(clinic, line))
        except NotEmpty as refusal:
            raise CommandError(str(refusal)) from None
        answer.write_text(json.dumps(figures), encoding="utf-8")

    def _progress(self, clinic: Clinic, line: str) -> None:
        if os.getppid() != self._parent:
            raise CommandError("Whoever started this part of a simulation is gone.")
        self.stderr.write(f"{clinic.label}: {line}")
        self.stderr.flush()


def _computing() -> float:
    """Seconds of processor time of the parts, added up."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _plan(options: dict[str, Any]) -> Plan:
    if options["patients"] < 1 or not 0 < options["years"] <= 50:
        raise CommandError("Give at least one patient, and more than 0 and at most 50 years.")
    try:
        begins_on = date.fromisoformat(options["begins_on"])
    except ValueError:
        raise CommandError(f"“{options['begins_on']}” is not a date such as 2026-01-01.") from None
    return Plan(
        patients=options["patients"],
        years=options["years"],
        seed=options["seed"],
        faults=options["faults"],
        begins_on=begins_on,
    )


def _processes(asked: int) -> int:
    if asked < 1:
        raise CommandError("Use at least one process.")
    return asked


def _clinic(part: str) -> Clinic:
    slug, number, of = part.split(",")
    return Clinic(slug, int(number), int(of))


def _refuse_patients() -> None:
    """Never beside real data, although a simulation would not touch it."""
    try:
        is_filled = Patient.objects.exists()
    except DatabaseError:
        return  # no tables yet: nobody is on file
    if is_filled:
        raise CommandError(
            "This installation holds patients. Name an empty folder: DATA_DIR=/tmp/empty "
            "manage.py simulate …, or a DATABASE_URL that holds none."
        )


def _lose_nothing_worth_keeping() -> None:
    """A throwaway file need not survive a power cut, nor a short life be tidied up after."""
    gc.freeze()
    gc.set_threshold(GARBAGE_EVERY)
    connection.close()
    connection.settings_dict["OPTIONS"]["cached_statements"] = STATEMENTS_KEPT
    with connection.cursor() as cursor:
        for pragma in THROWAWAY:
            cursor.execute(f"PRAGMA {pragma}")
