"""What the people of the demonstration do on a day: call, write, book, put aside, answer."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from django.contrib.auth.models import User

from patients.models import Site, Tri
from surveillance.absences import answering
from surveillance.models import ContactChannel, ContactOutcome, Escalation, FollowUp
from surveillance.protocol.terms import ObligationKind
from surveillance.workflows.acknowledge_escalation import acknowledge_escalation
from surveillance.workflows.book_follow_up import book_follow_up
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.log_contact import log_contact
from surveillance.workflows.snooze_follow_up import snooze_follow_up

if TYPE_CHECKING:
    from surveillance.models import FollowUpQuerySet

PATIENTS_PER_CALL = 130
"""A navigator of the demonstration makes one call a day for so many patients."""
OUTCOMES = {
    ContactOutcome.AGREED: 36, ContactOutcome.VOICEMAIL: 22, ContactOutcome.NO_ANSWER: 20,
    ContactOutcome.CALL_BACK: 12, ContactOutcome.LANGUAGE_BARRIER: 3,
    ContactOutcome.WRONG_NUMBER: 3, ContactOutcome.DECLINED: 2,
    ContactOutcome.FOLLOWED_ELSEWHERE: 2,
}  # fmt: skip
TRY_AGAIN = {ContactOutcome.VOICEMAIL, ContactOutcome.NO_ANSWER, ContactOutcome.CALL_BACK}
SNOOZE_REASONS = ("Patient travelling", "Waiting for the insurer", "Scanner out of service")
LAST_RUNG = 4
PROMISED = timedelta(days=5)
NEXT_ACTIONS = ("Calling the family", "Ordered again today", "Asked the MDT", "Slot requested")


def work_at(site: Site, patients: int, *, now: datetime, rng: Random) -> None:
    """A day's work at one site with so many patients."""
    day = site.local_date(now)
    calls = max(1, round(patients / PATIENTS_PER_CALL))
    for follow_up in _to_call(site, day, calls, rng):
        _call(follow_up, day, now, rng)
    if rng.random() < 0.25:
        _put_aside(site, day, now, rng)
    _answer_escalations(site, day, now, rng, most=calls)


def book_ahead(visits: Iterable[tuple[str, str, date]], *, now: datetime, rng: Random) -> None:
    """Book appointments for exams that will take place: (site, MRN, day)."""
    for slug, mrn, day in visits:
        open_ = _unbooked().filter(site__slug=slug, patient__mrn=mrn)
        follow_ups = list(open_.dangerous_first()[:5])
        if follow_ups and rng.random() < 0.6:
            _book(follow_ups, day, now, rng)


def _unbooked() -> "FollowUpQuerySet":
    rows = FollowUp.objects.open().filter(kind=ObligationKind.IMAGING, booked_for=None)
    return rows.select_related("patient__site", "site", "owner", "lesion")


def _to_call(site: Site, day: date, calls: int, rng: Random) -> Sequence[FollowUp]:
    """The most dangerous of those that are due within a month, and some others."""
    due = _unbooked().filter(site=site, target_on__lte=day + timedelta(days=30))
    found = list(due.exclude(snoozed_until__gt=day).dangerous_first()[: calls * 12])
    return rng.sample(found, k=min(calls, len(found)))


def _call(follow_up: FollowUp, day: date, now: datetime, rng: Random) -> None:
    patient = follow_up.patient
    may_phone = bool(patient.phone) and patient.consent_phone != Tri.NO
    outcome = ContactOutcome.SENT
    if may_phone:
        outcome = rng.choices(list(OUTCOMES), weights=list(OUTCOMES.values()))[0]
    again = day + timedelta(days=rng.randint(2, 9)) if outcome in TRY_AGAIN else None
    log_contact(
        patient=patient,
        follow_ups=[follow_up],
        channel=ContactChannel.PHONE if may_phone else ContactChannel.LETTER,
        outcome=outcome,
        next_try_on=again,
        by=_worker(follow_up, now),
        now=now - timedelta(minutes=rng.randint(5, 180)),
    )
    if outcome is ContactOutcome.AGREED:
        _book([follow_up], day + timedelta(days=rng.randint(5, 26)), now, rng)


def _book(follow_ups: Sequence[FollowUp], day: date, now: datetime, rng: Random) -> None:
    first, *also = follow_ups
    book_follow_up(
        follow_up=first,
        also=also,
        booked_for=day,
        order_number=f"ORD-{rng.randint(100000, 999999)}-{first.patient.mrn}",
        by=_worker(first, now),
        now=now,
    )


def _worker(follow_up: FollowUp, now: datetime) -> User | None:
    """The owner, or who stands in while the owner is away."""
    owner, site = follow_up.owner, follow_up.site
    if owner is None:
        return None
    present = answering(owner.pk, site.pk, site.local_date(now))
    return owner if present == owner.pk else User.objects.get(pk=present)


def _put_aside(site: Site, day: date, now: datetime, rng: Random) -> None:
    soon = _unbooked().filter(site=site, latest_on__gt=day + timedelta(days=20))
    for follow_up in soon.filter(target_on__lte=day + timedelta(days=45)).dangerous_first()[:1]:
        try:
            snooze_follow_up(
                follow_up=follow_up,
                until=day + timedelta(days=rng.randint(3, 14)),
                reason=rng.choice(SNOOZE_REASONS),
                by=_worker(follow_up, now),
                now=now,
            )
        except WorkflowRefused:
            continue  # the ladder allows no rest here, and the demonstration respects that


def _answer_escalations(site: Site, day: date, now: datetime, rng: Random, *, most: int) -> None:
    waiting = Escalation.objects.awaiting_answer(day).filter(follow_up__site=site)
    for escalation in waiting.exclude(owner=None).order_by("raised_at", "pk")[:most]:
        if escalation.owner is not None and rng.random() < 0.5:
            acknowledge_escalation(
                escalation=escalation,
                next_action=rng.choice(NEXT_ACTIONS),
                until=day + timedelta(days=rng.randint(2, 6)),
                by=escalation.owner,
                now=now,
            )


def answer_the_last_rung(site: Site, *, now: datetime) -> None:
    """The medical director takes on whatever came so far, the same day."""
    day = site.local_date(now)
    waiting = Escalation.objects.awaiting_answer(day).filter(follow_up__site=site, tier=LAST_RUNG)
    for escalation in waiting.exclude(owner=None).select_related("owner").order_by("pk"):
        if escalation.owner is not None:
            acknowledge_escalation(
                escalation=escalation,
                next_action=NEXT_ACTIONS[0],
                until=day + PROMISED,
                by=escalation.owner,
                now=now,
            )
