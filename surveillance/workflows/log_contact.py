"""Somebody tried to reach a patient."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.models import Patient
from patients.prepared import Prepared, slot, slots
from surveillance.contact_plan import ContactPlan, contact_plan
from surveillance.models import ContactAttempt, ContactChannel, ContactOutcome, FollowUp
from surveillance.protocol.parameters.contact import CALL_HOURS
from surveillance.protocol.reaching import NextTry, fits
from surveillance.protocol.terms import DayPart
from surveillance.record_locks import lock_records
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.notify import id_from

if TYPE_CHECKING:
    from django.contrib.auth.models import User


FURTHEST: Final = timedelta(days=730)
"""Back to an attempt and ahead to the next try: two years are a slip of the pen."""


class ContactImpossible(WorkflowRefused):
    """The attempt cannot be right: its moment, its outcome, its next try, or whom it concerns."""

    code = "contact_impossible"


@transaction.atomic
def log_contact(
    *,
    patient: Patient,
    follow_ups: Collection[FollowUp],
    channel: ContactChannel,
    outcome: ContactOutcome,
    note: str = "",
    next_try_on: date | None = None,
    next_try_part: DayPart | None = None,
    call_back_at: datetime | None = None,
    attempted_at: datetime | None = None,
    key: str = "",
    by: "User | None",
    now: datetime,
) -> ContactAttempt:
    """Put an attempt to reach the patient on file; it closes nothing.

    Without a `next_try_on` the next try follows from the outcome and the attempts so far
    (`protocol.reaching.next_try`), never after the ladder's next step; a promised `call_back_at`
    is the next try itself. The same attempt again (the `key` of a machine that reports it; else
    person, moment, channel, outcome) changes nothing. Refused: a moment in the future, a next try
    or call back in the past, either of them years away, an outcome that the channel cannot have, a
    call back that was not promised or at an hour or on a day when nobody calls, follow-ups of
    another patient.
    """
    survivor = lock_records([patient.pk])[patient.pk]
    at = attempted_at or now
    _refuse_misfit(outcome, channel)
    _refuse_moments(survivor, at, next_try_on, now)
    _refuse_call_back(outcome, call_back_at, now)
    _refuse_strangers(survivor, follow_ups)
    pk = UUID(id_from(key)) if key else uuid4()
    same = {"attempted_at": at, "channel": channel, "outcome": outcome}
    if known := _known(survivor, pk if key else None, by, same):
        return known
    plan = contact_plan(survivor, now)
    _refuse_call_when_closed(plan, call_back_at)
    planned = plan.after(ContactOutcome(outcome), channel, at)
    again = _chosen(plan, next_try_on, next_try_part, call_back_at) or planned
    attempt = ContactAttempt.objects.create(
        id=pk,
        patient=survivor,
        channel=channel,
        outcome=outcome,
        note=note,
        attempted_at=at,
        attempted_by=by,
        next_try_on=again[0] if again else None,
        next_try_part=again[1] or "" if again else "",
        call_back_at=call_back_at,
        recorded_at=now,
    )
    link = ContactAttempt.follow_ups.through
    named = dict.fromkeys(one.pk for one in follow_ups)
    link.objects.bulk_create(link(contactattempt=attempt, followup_id=pk) for pk in named)
    _record(attempt, by, now)
    return attempt


_SAME = Prepared(
    lambda: ContactAttempt.objects.standing().filter(
        **{
            name: slot(ContactAttempt, name)
            for name in ("patient", "attempted_by", "attempted_at", "channel", "outcome")
        }
    )[:1]
)


def _known(
    patient: Patient, pk: UUID | None, by: "User | None", same: dict[str, object]
) -> ContactAttempt | None:
    """The same attempt, if it is on file; one that was taken back only by its key."""
    attempts = ContactAttempt.objects.filter(patient=patient)
    if pk is not None:
        return attempts.filter(pk=pk).first()
    if by is not None:
        return _SAME.first(patient=patient.pk, attempted_by=by.pk, **same)
    return attempts.standing().filter(attempted_by=None, **same).first()


def _chosen(
    plan: ContactPlan, on: date | None, part: DayPart | None, call_back_at: datetime | None
) -> NextTry | tuple[date, DayPart | None] | None:
    """What a person promised or wants, before what is computed."""
    if call_back_at is not None:
        return NextTry(call_back_at.astimezone(plan.zone).date(), plan.part(call_back_at))
    return None if on is None else (on, part)


def _record(attempt: ContactAttempt, by: "User | None", now: datetime) -> None:
    patient, at = attempt.patient, attempt.attempted_at
    not_newer = Q(last_contact_at=None) | Q(last_contact_at__lte=at)
    newest = Patient.objects.filter(not_newer, pk=patient.pk)
    newest.update(last_contact_at=at, last_contact_outcome=attempt.outcome)
    record_event(
        "contact_logged",
        site=patient.site,
        subject=attempt,
        patient=patient,
        by=by,
        now=now,
        detail={"channel": attempt.channel, "outcome": attempt.outcome},
    )


def _refuse_moments(
    patient: Patient, at: datetime, next_try_on: date | None, now: datetime
) -> None:
    today = patient.site.local_date(now)
    if at > now:
        raise ContactImpossible(_("The attempt lies in the future."), field="attempted_at")
    if at < now - FURTHEST:
        raise ContactImpossible(
            _("The attempt is more than two years old. Look at the year."), field="attempted_at"
        )
    if next_try_on is not None and next_try_on < today:
        raise ContactImpossible(_("The next try lies in the past."), field="next_try_on")
    if next_try_on is not None and next_try_on > today + FURTHEST:
        raise ContactImpossible(
            _("The next try is more than two years ahead. Look at the year."), field="next_try_on"
        )


def _refuse_misfit(outcome: ContactOutcome, channel: ContactChannel) -> None:
    if not fits(ContactOutcome(outcome), channel):
        raise ContactImpossible(
            _(
                "“{outcome}” does not come of “{channel}”. "
                "Choose the other way of contact, or what came of this one."
            ).format(
                outcome=_(ContactOutcome(outcome).label), channel=ContactChannel(channel).label
            ),
            field="channel",
        )


def _refuse_call_back(
    outcome: ContactOutcome, call_back_at: datetime | None, now: datetime
) -> None:
    if call_back_at is None:
        return
    if outcome != ContactOutcome.CALL_BACK:
        raise ContactImpossible(
            _(
                "A call back was promised only if the patient asked for one: choose “Reached, call "
                "back later”, or leave this empty."
            ),
            field="call_back_at",
        )
    if call_back_at <= now:
        raise ContactImpossible(_("The promised call lies in the past."), field="call_back_at")
    if call_back_at > now + FURTHEST:
        raise ContactImpossible(
            _("The promised call is more than two years ahead. Look at the year."),
            field="call_back_at",
        )


def _refuse_call_when_closed(plan: ContactPlan, call_back_at: datetime | None) -> None:
    if call_back_at is None:
        return
    opens, closes = CALL_HOURS.value
    local = call_back_at.astimezone(plan.zone)
    if not opens <= local.hour < closes:
        raise ContactImpossible(
            _("Nobody is called at {time}. Promise a call between {opens} and {closes}.").format(
                time=f"{local:%H:%M}", opens=f"{opens:02d}:00", closes=f"{closes:02d}:00"
            ),
            field="call_back_at",
        )
    if plan.calendar.is_closed(local.date()):
        raise ContactImpossible(
            _("The site is closed on {day}. Agree on another day.").format(day=local.date()),
            field="call_back_at",
        )


_THEIRS = Prepared(
    lambda: FollowUp.objects.filter(
        pk__in=slots(FollowUp, "pk", "ids"), patient=slot(FollowUp, "patient")
    ).values_list("pk")
)


def _refuse_strangers(patient: Patient, follow_ups: Collection[FollowUp]) -> None:
    named = {one.pk for one in follow_ups}
    if named and len(_THEIRS.ask(ids=named, patient=patient.pk)) != len(named):
        raise ContactImpossible(
            _("A follow-up of another patient was named. Reload the page."), field="follow_ups"
        )
