"""What has been tried to reach a patient, and until when it must be tried again. Two queries, and
one per site."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from patients.calendars import Calendar, calendar_of
from patients.models import Patient
from patients.prepared import Prepared, slot
from surveillance.chase_ladder import steps_due
from surveillance.models import ContactAttempt, FollowUp
from surveillance.outreach import is_booked_in_time
from surveillance.protocol.parameters import LADDER_INCIDENT_REVIEW
from surveillance.protocol.reaching import NextTry, Tried, next_try, part_of
from surveillance.protocol.terms import ContactOutcome, DayPart

AFTER_THE_LADDER = timedelta(days=LADDER_INCIDENT_REVIEW.value + 1)


@dataclass(frozen=True, slots=True)
class ContactPlan:
    """The attempts so far, oldest first, on the site's clock and calendar.

    `not_after` is the next step of the ladder for anything that is owed and not booked in time;
    None where there is none.
    """

    today: date
    zone: ZoneInfo
    calendar: Calendar
    tried: tuple[Tried, ...]
    not_after: date | None

    def part(self, moment: datetime) -> DayPart:
        """The part of the day at the site."""
        return part_of(moment.astimezone(self.zone).hour)

    def after(self, outcome: ContactOutcome, channel: str, moment: datetime) -> NextTry | None:
        """When to try again, were this attempt on file too."""
        local = moment.astimezone(self.zone)
        attempt = Tried(local.date(), part_of(local.hour), channel, outcome)
        working = self.calendar.is_closed

        def is_working(day: date) -> bool:
            return not working(day)

        return next_try(outcome, (*self.tried, attempt), self.today, is_working, self.not_after)


_ATTEMPTS = Prepared(
    lambda: (
        ContactAttempt.objects.standing()
        .filter(patient=slot(ContactAttempt, "patient"))
        .order_by("attempted_at", "pk")
        .values_list("attempted_at", "channel", "outcome")
    )
)
_OWED = Prepared(lambda: FollowUp.objects.open().filter(patient=slot(FollowUp, "patient")))


def contact_plan(patient: Patient, now: datetime) -> ContactPlan:
    """`patient` comes with its site."""
    site, zone = patient.site, ZoneInfo(patient.site.time_zone)
    today = site.local_date(now)
    attempts = _ATTEMPTS.ask(patient=patient.pk)
    return ContactPlan(
        today=today,
        zone=zone,
        calendar=calendar_of(site),
        tried=tuple(_tried(*attempt, zone) for attempt in attempts),
        not_after=_next_step(patient, today),
    )


def _tried(moment: datetime, channel: str, outcome: str, zone: ZoneInfo) -> Tried:
    local = moment.astimezone(zone)
    return Tried(local.date(), part_of(local.hour), channel, ContactOutcome(outcome))


def _next_step(patient: Patient, today: date) -> date | None:
    """The first day after today on which somebody higher is told."""
    days = [
        step.due_on
        for row in _OWED.ask(patient=patient.pk)
        if not is_booked_in_time(row.booked_for, row.latest_on, today)
        for step in steps_due(
            (row.escalation_class, row.earliest_on, row.target_on, row.latest_on),
            max(today, row.latest_on) + AFTER_THE_LADDER,
            row.owed_since,
        )
        if step.due_on > today
    ]
    return min(days, default=None)
