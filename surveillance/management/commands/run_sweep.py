"""manage.py run_sweep: one pass of reminders, escalations and delivery; or a replay of days."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from patients.models import Site
from surveillance.workflows.deliver import Delivered, deliver
from surveillance.workflows.sweep import sweep

NOON = time(12)
AHEAD = (
    "WARNING: {day} lies after today ({today}). Messages of that day leave now, and its "
    "escalations are raised ahead of time; neither is taken back, and the real day will not "
    "repeat them. This is meant for a copy or a demonstration."
)


class Command(BaseCommand):
    """Without options: now. With a day, or a range of days: noon of that day at each site."""

    help = "Runs one reminder, escalation and delivery pass, now or as of given days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--on, or --from and --to."""
        parser.add_argument("--on", type=read_day, metavar="YYYY-MM-DD")
        parser.add_argument("--from", type=read_day, dest="first", metavar="YYYY-MM-DD")
        parser.add_argument("--to", type=read_day, dest="last", metavar="YYYY-MM-DD")
        parser.add_argument("--site", metavar="SLUG", help="only this site")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read the clock or the options; call sweep and deliver."""
        sites = chosen_sites(options["site"])
        days = list(chosen_days(options["on"], options["first"], options["last"]))
        now = timezone.now()
        if days:
            self._warn_of_days_to_come(days, sites, now)
        else:
            runs = [sweep(now=now, site=site) for site in (sites if options["site"] else [None])]
            self._tell("now", runs, [deliver(now=now)])
        for day in days:
            moments = {site: noon(day, site) for site in sites}
            runs = [sweep(now=now, site=site, kind="replay") for site, now in moments.items()]
            # At each site's own noon: the hours for messages to its patients are open then.
            done = [deliver(now=now) for now in sorted(set(moments.values()))]
            self._tell(str(day), runs, done)

    def _warn_of_days_to_come(self, days: list[date], sites: list[Site], now: datetime) -> None:
        """Say, before anything is done, that what follows is ahead of time and stays done."""
        today = min(site.local_date(now) for site in sites)
        if ahead := [day for day in days if day > today]:
            self.stderr.write(self.style.WARNING(AHEAD.format(day=max(ahead), today=today)))
            self.stderr.flush()

    def _tell(self, when: str, runs: list[Any], delivered: list[Delivered]) -> None:
        looked, acted, parked = (
            sum(getattr(run, name) for run in runs) for name in ("looked_at", "acted_on", "parked")
        )
        sent, digested, cancelled, failed, retried, put_back = (
            sum(getattr(done, name) for done in delivered)
            for name in ("sent", "digested", "cancelled", "failed", "retried", "put_back")
        )
        self.stdout.write(
            f"{when}: looked at {looked}, acted on {acted}, parked {parked}; "
            f"sent {sent}, kept for a digest {digested}, cancelled {cancelled}, failed {failed}, "
            f"to be tried again {retried + put_back}"
        )


def read_day(text: str) -> date:
    """A day as an option names it; a slip is told with its cure."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(
            f"“{text}” is no day of the calendar. Write year-month-day, such as 2026-03-01."
        ) from None


def chosen_sites(slug: str | None) -> list[Site]:
    """The site named, or all; CommandError if there is none of that name."""
    sites = list(Site.objects.filter(slug=slug) if slug else Site.objects.order_by("pk"))
    if not sites:
        raise CommandError(f"There is no site “{slug}”." if slug else "There is no site yet.")
    return sites


def chosen_days(on: date | None, first: date | None, last: date | None) -> Iterator[date]:
    """The day given, or every day of the range; nothing means now."""
    if on and (first or last):
        raise CommandError("Give either --on, or --from and --to.")
    if bool(first) != bool(last):
        raise CommandError("--from and --to belong together.")
    if first and last and last < first:
        raise CommandError(f"--to {last} lies before --from {first}.")
    if on:
        first = last = on
    if first and last:
        for number in range((last - first).days + 1):
            yield first + timedelta(days=number)


def noon(day: date, site: Site) -> datetime:
    """Noon of `day` at the site: that moment's local date is `day` in every time zone."""
    return datetime.combine(day, NOON, tzinfo=ZoneInfo(site.time_zone))
