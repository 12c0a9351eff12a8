"""An invented registry goes in, and three weeks are lived through day by day.

Everything known before the first of those days goes in at once. On each day the rows that became
known the day before go in, people call and book, and the sweep reminds and escalates: the queue,
the escalations and the messages are what the rules made of it, not a picture painted by hand.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.db import transaction

from patients.models import Patient, Site
from patients.workflows.seal_audit import seal_audit
from surveillance.failsafe import find_all
from surveillance.failsafe.chase import BROKER_SILENT
from surveillance.intake.csv_registry.importing import Destination, take_in
from surveillance.intake.demonstration.backlog import answer_backlog
from surveillance.intake.demonstration.leave import begins_on, go_on_leave
from surveillance.intake.demonstration.letters import write_letters
from surveillance.intake.demonstration.messages import make_feeds, receive_messages
from surveillance.intake.demonstration.rows import LaterRows, batches
from surveillance.intake.demonstration.work import answer_the_last_rung, book_ahead, work_at
from surveillance.intake.synthetic.generate import SyntheticRow, generate
from surveillance.intake.synthetic.words import SITES
from surveillance.workflows.deliver import deliver
from surveillance.workflows.keep_failsafe_run import keep_failsafe_run
from surveillance.workflows.sweep import sweep

DAYS = 20
"""Short of the day on which a backlog reaches the medical director (clinical.md 8.6: L+21)."""
BOOKED_AHEAD = timedelta(days=10)
NOON = time(12, tzinfo=UTC)
"""The same calendar day at all three sites."""

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Story:
    """What is to be told: how many people, which ones, and until which morning."""

    patients: int
    seed: int
    as_of: date
    days: int = DAYS

    @property
    def begins_on(self) -> date:
        """The first day that is lived through."""
        return self.as_of - timedelta(days=self.days)

    def rows(self) -> Iterator[tuple[int, SyntheticRow]]:
        """The rows of the registry with the line on which each would stand in a file."""
        rows = generate(patients=self.patients, seed=self.seed, as_of=self.as_of)
        return enumerate(rows, start=2)


def fill(
    story: Story,
    sites: Mapping[str, Site],
    *,
    clock: datetime,
    on_progress: Callable[[str], None],
) -> int:
    """Tell the story; returns the number of rows that went in. Nothing happens after `clock`."""
    later = LaterRows()
    first = datetime.combine(story.begins_on, NOON)
    count = 0
    early = _early_rows(story, later)
    for number in _take_in(early, sites, first):
        count += number
        on_progress(f"{count:,} rows")
    answer_backlog(now=first, rng=_dice(story, story.begins_on, "backlog"))
    days = _days(story)
    leave = begins_on(days[0], story.as_of) if days else None
    for day in days:
        now = clock if day == clock.date() else datetime.combine(day, NOON)
        with transaction.atomic():  # a day is a few hundred small steps; one sync to disk is enough
            count += sum(_take_in(later.of(day - timedelta(days=1)), sites, now))
            if day == leave:
                go_on_leave(sites, now=now)
            _work(story, day, sites, later, now)
        sweep(now=now, kind="chase" if now == clock else "replay")
        for site in sites.values():
            answer_the_last_rung(site, now=now)
        for moment in _moments_of_delivery(day, sites, now):
            if moment <= clock:
                deliver(now=moment)
        on_progress(f"{day}")
    make_feeds(sites, now=clock)
    receive_messages(sites, now=clock)
    seal_audit(now=clock)
    if story.as_of == clock.date():
        # The broker of a demonstration starts after it is filled: its silence is no finding here.
        found = [one for one in find_all(now=clock) if one.code != BROKER_SILENT]
        keep_failsafe_run(findings=found, started_at=clock, by=None, now=clock)
    return count


def _moments_of_delivery(day: date, sites: Mapping[str, Site], now: datetime) -> list[datetime]:
    """At once, and at noon of each site: messages to its patients leave in its own hours only."""
    noons = {datetime.combine(day, time(12), ZoneInfo(site.time_zone)) for site in sites.values()}
    return sorted({now, *noons})


def _days(story: Story) -> list[date]:
    return [story.begins_on + timedelta(days=number) for number in range(1, story.days + 1)]


def _early_rows(story: Story, later: LaterRows) -> Iterator[tuple[int, Cells]]:
    """Rows known before the story begins; the others are put aside for their day."""
    for line, row in story.rows():
        if row.day < story.begins_on:
            yield line, row.cells
        else:
            later.keep(row, line)


def _take_in(
    rows: Iterable[tuple[int, Cells]], sites: Mapping[str, Site], now: datetime
) -> Iterator[int]:
    todays = {slug: site.local_date(now) for slug, site in sites.items()}
    for batch in batches(rows, todays):
        taken = take_in(batch, Destination(sites), by=None, now=now)
        if taken.refused:
            raise ValueError(f"an invented row was refused: {taken.problems[0].message}")
        yield batch.rows


def _work(
    story: Story, day: date, sites: Mapping[str, Site], later: LaterRows, now: datetime
) -> None:
    coming = day + BOOKED_AHEAD
    visits = {
        (cells["site"], cells["mrn"], coming)
        for _, cells in later.of(coming)
        if "performed_on" in cells
    }
    book_ahead(sorted(visits), now=now, rng=_dice(story, day, "ahead"))
    patients = Counter(Patient.objects.values_list("site__slug", flat=True))
    for demo in SITES:
        rng = _dice(story, day, demo.slug)
        work_at(sites[demo.slug], patients[demo.slug], now=now, rng=rng)
        write_letters(sites[demo.slug], days_left=(story.as_of - day).days, now=now)


def _dice(story: Story, day: date, what: str) -> Random:
    # Not a secret: the same seed must tell the same story.
    return Random(f"hepcalc:{story.seed}:{day}:{what}")  # noqa: S311
