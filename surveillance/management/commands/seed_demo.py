"""Invents a registry: `manage.py seed_demo --patients 400 --seed 7 --as-of 2026-11-22`."""

import os
import secrets
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from patients.models import Patient
from surveillance.intake.csv_registry.columns import COLUMNS
from surveillance.intake.demonstration.accounts import (
    DemoPerson,
    make_people,
    make_sites,
    people_of,
)
from surveillance.intake.demonstration.fill import DAYS, Story, fill
from surveillance.intake.synthetic.generate import write_registry
from surveillance.intake.synthetic.words import SITES


class Command(BaseCommand):
    """Fills an empty installation with people who do not exist and weeks of work on them."""

    help = "Fill an empty database with a believable, invented registry (or write it as a file)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The arguments of the command line."""
        parser.add_argument("--patients", type=int, default=400, help="how many (default 400)")
        parser.add_argument("--seed", type=int, default=7, help="same seed, same registry")
        parser.add_argument("--as-of", default="", metavar="DATE", help="ISO date; default today")
        parser.add_argument(
            "--days", type=int, default=DAYS, help="of work, lived through one by one"
        )
        parser.add_argument("--write", type=Path, metavar="FILE.csv", help="only write the file")
        parser.add_argument("--force", action="store_true", help="beside other patients, or in "
                            "an installation that others can reach")  # fmt: skip

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the file, or fill the database."""
        clock = timezone.now()
        as_of = _day(options["as_of"], clock.date())
        story = Story(options["patients"], options["seed"], as_of, options["days"])
        if options["write"]:
            self._write(story, options["write"])
            return
        people = people_of(SITES)
        if not options["force"]:
            refuse_other_data(people)
        if _is_filled():
            self.stdout.write("The demonstration is there already; nothing was changed.")
            return
        password = os.environ.get("DEMO_PASSWORD") or secrets.token_urlsafe(9)
        sites = make_sites(SITES, now=clock)
        make_people(people, sites, password=password, now=clock)
        begun = time.monotonic()
        with _in_a_hurry():
            rows = fill(story, sites, clock=clock, on_progress=self._progress)
        self._report(story, rows, time.monotonic() - begun)
        self._sign_ins(people, password)

    def _write(self, story: Story, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = (row for _, row in story.rows())
            count = write_registry(rows, [column.name for column in COLUMNS], file)
        self.stdout.write(f"{count:,} rows about {story.patients:,} patients in {path}")

    def _progress(self, what: str) -> None:
        self.stderr.write(what)
        self.stderr.flush()

    def _report(self, story: Story, rows: int, seconds: float) -> None:
        self.stdout.write(
            f"{story.patients:,} invented patients, {rows:,} rows, {story.days} days of work "
            f"in {seconds:.1f} s ({rows / seconds:,.0f} rows/s)."
        )

    def _sign_ins(self, people: tuple[DemoPerson, ...], password: str) -> None:
        for person in people:
            where = person.site or "every site"
            self.stdout.write(f"  {person.username:22} {person.role.label:18} {where}")
        shown = "as set in DEMO_PASSWORD" if os.environ.get("DEMO_PASSWORD") else password
        self.stdout.write(f"  Password of all: {shown}")


def refuse_other_data(people: tuple[DemoPerson, ...]) -> None:
    """Invented people must never stand among real ones, nor open doors that others can reach."""
    if not settings.IS_LOCAL:
        raise CommandError(
            "ALLOWED_HOSTS names more than this machine: demo accounts would be open to others. "
            "Use an installation of its own, or --force."
        )
    others = Patient.objects.exclude(site__slug__in=[site.slug for site in SITES])
    if others.exists():
        raise CommandError(
            "This database holds other patients. Invented ones are not put among them: use an "
            "empty database, or --force."
        )
    names = [person.username for person in people]
    accounts = User.objects.filter(username__in=names).exclude(email__endswith="@example.org")
    if accounts.exists():
        raise CommandError(
            f"Somebody signs in as {accounts[0].get_username()} already. Use an empty database, "
            "or --force to give that account the roles of the demonstration."
        )


@contextmanager
def _in_a_hurry() -> Iterator[None]:
    """Invented data need not survive a power cut: whoever is interrupted begins anew."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = OFF")
        try:
            yield
        finally:
            cursor.execute("PRAGMA synchronous = FULL")


def _is_filled() -> bool:
    return Patient.objects.filter(site__slug__in=[site.slug for site in SITES]).exists()


def _day(text: str | date, today: date) -> date:
    if not text:
        return today
    try:
        day = text if isinstance(text, date) else date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}” is not a date such as {today}.") from None
    if day > today:
        raise CommandError(f"{day} is in the future: the records would be, too.")
    return day
