"""Questions whose answer must always be "none". Reads only; nothing here mends anything.

The sweep, the outbox and the seals are asked by partial index, in proportion to what is due.
Coverage (is every lesion decided about, and owed what was decided?) is asked of every lesion by
index, once an hour: it is the proof that nobody was lost, and no shorter question gives it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, islice
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from patients.models import AuditEvent, AuditSeal, Membership, Site
from surveillance.absences import owners_absent_without_cover
from surveillance.case_records import standing_overrides
from surveillance.independent import owed_by_the_facts_alone
from surveillance.models import (
    Escalation,
    FollowUp,
    FollowUpQuerySet,
    Lesion,
    LesionAssessment,
    LesionObservation,
    LetterBatch,
    Notification,
    NotificationStatus,
    OverrideKind,
    SweepRun,
)
from surveillance.outreach import QUIET_STATUSES
from surveillance.ownership import ACCOUNTABLE
from surveillance.protocol.parameters.letters import LETTER_WAIT_DAYS
from surveillance.protocol.priority import sort_key
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import EscalationClass, ObligationKind

NAMED = 20
"""How many subjects a finding names; it counts them all."""
OUTBOX_LATE = timedelta(minutes=5)
SEALED_WITHIN = timedelta(hours=1)
SEALS_LOOKED_BACK = timedelta(days=7)
"""Older events are the business of verify_audit, which reads the whole chain."""
DANGEROUS = (EscalationClass.AT_RISK, EscalationClass.URGENT)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must never be: what, how often, which, and how to mend it."""

    code: str
    sentence: str
    cure: str
    count: int
    subject_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """One question. `ask` answers the ids of whatever it finds."""

    code: str
    sentence: str
    cure: str
    ask: Callable[[datetime], Iterable[object]]


def find_all(*, now: datetime) -> list[Finding]:
    """Everything that is wrong at `now`; an empty list when nothing is."""
    found = (_answer(check, now) for check in CHECKS)
    return [finding for finding in found if finding.count]


def _answer(check: Check, now: datetime) -> Finding:
    ids = iter(check.ask(now))
    named = tuple(str(each) for each in islice(ids, NAMED))
    count = len(named) + sum(1 for _ in ids)
    return Finding(check.code, check.sentence, check.cure, count, named)


def _pks(rows: QuerySet[Any, Any]) -> Iterable[Any]:
    return rows.order_by("pk").values_list("pk", flat=True).iterator()


def _site_days(now: datetime) -> dict[date, list[int]]:
    days: dict[date, list[int]] = {}
    for site in Site.objects.all():
        days.setdefault(site.local_date(now), []).append(site.pk)
    return days


# ---------------------------------------------------------------- coverage: is anybody lost?


def _never_assessed(_now: datetime) -> Iterable[object]:
    decided = LesionAssessment.objects.filter(lesion=OuterRef("pk"))
    return _pks(Lesion.objects.filter(~Exists(decided)))


def _never_imaged(_now: datetime) -> Iterable[object]:
    seen = LesionObservation.objects.filter(lesion=OuterRef("pk"), exam__retracted_at=None)
    return _pks(Lesion.objects.filter(~Exists(seen)))


def _owed_without_follow_up(now: datetime) -> Iterable[object]:
    computed = LesionAssessment.objects.filter(lesion=OuterRef("lesion"), overrides=None)
    is_open = FollowUp.objects.open().filter(lesion=OuterRef("lesion"))
    owed = LesionAssessment.objects.filter(overrides=None, stop=False).filter(
        ~Exists(is_open), ~Exists(computed.filter(sequence__gt=OuterRef("sequence")))
    )
    lesions = owed.order_by("lesion").values_list("lesion", flat=True).iterator()
    return (lesion for lesion in lesions if not _is_closed_by_clinician(lesion, now))


def _is_closed_by_clinician(lesion: UUID, now: datetime) -> bool:
    """Whether a clinician's signed closure stands beside the decision (8.9)."""
    override = standing_overrides([lesion], (now - DAY).date()).get(lesion)
    return override is not None and override.override_kind == OverrideKind.CLOSE


def _at_risk_without_imaging(_now: datetime) -> Iterable[object]:
    """The few that are owed something but no imaging, held against what was decided."""
    imaging = FollowUp.objects.open().filter(lesion=OuterRef("lesion"), kind=ObligationKind.IMAGING)
    others = FollowUp.objects.open().exclude(kind=ObligationKind.IMAGING)
    for lesion in others.filter(~Exists(imaging)).values_list("lesion", flat=True).distinct():
        computed = LesionAssessment.objects.filter(lesion=lesion, overrides=None)
        newest = computed.order_by("-sequence").first()
        owed = newest.answer.get("obligations", []) if newest else []
        if any(each["kind"] == ObligationKind.IMAGING for each in owed):
            yield lesion


def _owed_by_the_facts(now: datetime) -> Iterable[object]:
    """What a second implementation, in SQL and from raw facts, says must be open and is not."""
    for site in Site.objects.all():
        owed = owed_by_the_facts_alone(site=site.pk, today=site.local_date(now))
        yield from (lesion for lesion, _ in owed)


def _quiet_but_open(_now: datetime) -> Iterable[object]:
    quiet = Q(patient__status__in=QUIET_STATUSES) | Q(patient__merged_into__isnull=False)
    return _pks(FollowUp.objects.open().filter(quiet))


# ---------------------------------------------------------------- the chase: does anybody look?


def _since(now: datetime, rows: Callable[[date], FollowUpQuerySet]) -> Iterable[object]:
    """What `rows` finds at each site, by its own day."""
    return chain.from_iterable(
        _pks(rows(day).filter(site__in=sites)) for day, sites in _site_days(now).items()
    )


def _overdue_without_escalation(now: datetime) -> Iterable[object]:
    """From the second overdue day: the first belongs to the sweep of that day."""
    raised = Escalation.objects.unresolved().filter(follow_up=OuterRef("pk"))

    def rows(day: date) -> FollowUpQuerySet:
        # By the index of the queue, which is ordered by danger: a little more than the overdue.
        front = max(sort_key(each, Window(day, day, day)) for each in DANGEROUS)
        overdue = FollowUp.objects.overdue(day - DAY).filter(sort_key__lte=front)
        return overdue.filter(~Exists(raised), escalation_class__in=DANGEROUS)

    return _since(now, rows)


def _not_looked_at(now: datetime) -> Iterable[object]:
    return _since(now, lambda day: FollowUp.objects.to_look_at(day - DAY))


def _never_looked_at(_now: datetime) -> Iterable[object]:
    rows = FollowUp.objects.open().filter(next_look_on=None)
    return _pks(rows.filter(escalation_class__in=DANGEROUS))


def _silent_sweep(now: datetime) -> Iterable[object]:
    """No finished run, although something has been owed for longer than a run may be away."""
    stale = now - settings.SWEEP_STALE_AFTER
    if SweepRun.objects.finished().filter(kind="chase", finished_at__gte=stale).exists():
        return []
    waits = FollowUp.objects.open().filter(opened_at__lt=stale).exists()
    return ["sweep"] if waits else []


def _parked(_now: datetime) -> Iterable[object]:
    newest = SweepRun.objects.finished().filter(kind="chase").first()
    return newest.parked_ids if newest else []


# ---------------------------------------------------------------- people: does anybody answer?


def _owner_in_post(follow_up: str) -> Q:
    site = f"{follow_up}site"
    members = Membership.objects.current().filter(
        user=OuterRef("owner"), site=OuterRef(site), role__in=ACCOUNTABLE
    )
    return Q(Exists(members))


def _follow_up_without_owner(_now: datetime) -> Iterable[object]:
    return _pks(FollowUp.objects.open().filter(~_owner_in_post("")))


def _escalation_without_owner(_now: datetime) -> Iterable[object]:
    return _pks(Escalation.objects.unresolved().filter(~_owner_in_post("follow_up__")))


# ---------------------------------------------------------------- messages and the audit trail


def _outbox_stuck(now: datetime) -> Iterable[object]:
    ready = Notification.objects.ready(now).sent_by_machine()
    return _pks(ready.filter(not_before__lt=now - OUTBOX_LATE))


def _letters_waiting(now: datetime) -> Iterable[object]:
    """Letters in no print run, and runs neither posted nor discarded."""
    since = now - timedelta(days=LETTER_WAIT_DAYS.value)
    yield from _pks(Notification.objects.letters_to_print().filter(not_before__lt=since))
    yield from _pks(LetterBatch.objects.in_hand().filter(prepared_at__lt=since))


def _outbox_failed(_now: datetime) -> Iterable[object]:
    """Failed for good, still of interest, and nobody has acted on the case since."""
    failed = Notification.objects.filter(status=NotificationStatus.FAILED)
    ended = Q(follow_up__closed_at__isnull=False) | Q(escalation__resolved_at__isnull=False)
    answered = Q(escalation__acknowledged_at__isnull=False) | Q(
        escalation=None, patient__last_contact_at__gt=F("finished_at")
    )
    return _pks(failed.exclude(ended).exclude(answered))


def _unsealed(now: datetime) -> Iterable[object]:
    sealed = AuditSeal.objects.filter(event_id=OuterRef("pk"))
    slugs = list(Site.objects.values_list("slug", flat=True))
    recent = AuditEvent.objects.filter(
        site__in=slugs, at__gte=now - SEALS_LOOKED_BACK, at__lt=now - SEALED_WITHIN
    )
    return _pks(recent.filter(~Exists(sealed)))


CHECKS = (
    Check(
        "lesion_never_assessed",
        "A lesion was recorded and never decided about.",
        "Record its exam; if it has one, record the patient's risk again, which decides anew.",
        _never_assessed,
    ),
    Check(
        "lesion_never_imaged",
        "A lesion has no exam that stands, so nothing dated can be derived for it.",
        "Record the exam on which it was seen, or retract it as entered in error.",
        _never_imaged,
    ),
    Check(
        "lesion_owed_without_follow_up",
        "The newest decision says that something is owed, and no follow-up is open.",
        "Record the patient's risk again: it decides anew and opens what is owed. Report this.",
        _owed_without_follow_up,
    ),
    Check(
        "at_risk_without_imaging",
        "The newest decision asks for imaging, and no imaging follow-up is open.",
        "Record the patient's risk again: it decides anew and opens what is owed. Report this.",
        _at_risk_without_imaging,
    ),
    Check(
        "independent_check_differs",
        "By the facts alone something must be owed to a lesion, and nothing is open.",
        "Look at the lesion at once: manage.py coverage_certificate names the reason. Report this.",
        _owed_by_the_facts,
    ),
    Check(
        "quiet_patient_with_open_follow_up",
        "Something is still owed for a patient who died, was handed over or was merged.",
        "Set the patient's status again, which closes what is open; or correct the status.",
        _quiet_but_open,
    ),
    Check(
        "overdue_without_escalation",
        "An at-risk or urgent follow-up is overdue and nobody has been told.",
        "Run manage.py run_sweep; see whether worker and beat are running.",
        _overdue_without_escalation,
    ),
    Check(
        "follow_up_not_looked_at",
        "A follow-up should have been looked at the day before or earlier, and was not.",
        "Run manage.py run_sweep; if it stays, the log names the follow-up and why it is parked.",
        _not_looked_at,
    ),
    Check(
        "follow_up_never_looked_at",
        "An at-risk or urgent follow-up has no day on which it will be looked at.",
        "Book it or reassign it on its page: the sweep then looks at it again. Report this.",
        _never_looked_at,
    ),
    Check(
        "sweep_silent",
        "Nobody has looked for what is due for too long.",
        "Start worker and beat (manage.py up); run manage.py run_sweep meanwhile.",
        _silent_sweep,
    ),
    Check(
        "sweep_parked_rows",
        "The newest sweep could not decide about or write some follow-ups.",
        "The log names each with its fault. They are tried again at every sweep.",
        _parked,
    ),
    Check(
        "follow_up_without_owner",
        "Nobody in post answers for a follow-up.",
        "Reassign it to somebody with a current role at the site.",
        _follow_up_without_owner,
    ),
    Check(
        "owner_absent_without_cover",
        "Somebody who answers for open work is away, and their cover cannot answer.",
        "The next in line answers meanwhile. End the absence and plan it with another cover.",
        owners_absent_without_cover,
    ),
    Check(
        "escalation_without_owner",
        "Nobody in post answers for an escalation.",
        "Give somebody the role of its tier, or one above; the next sweep hands it over.",
        _escalation_without_owner,
    ),
    Check(
        "outbox_stuck",
        "A message should have been sent more than five minutes ago.",
        "See whether the worker runs and the mail server (EMAIL_URL) answers.",
        _outbox_stuck,
    ),
    Check(
        "letters_waiting",
        "Letters have waited for days to be printed, or a printed run to be posted.",
        "Open Letters, prepare the run, compare it with its manifest and post it; or discard it.",
        _letters_waiting,
    ),
    Check(
        "outbox_failed",
        "A message could not be delivered and nobody has acted on the case since.",
        "Correct the address; call the patient and log the contact, or acknowledge the escalation.",
        _outbox_failed,
    ),
    Check(
        "audit_unsealed",
        "Audit events of the last week have been unsealed for more than an hour.",
        "See whether worker and beat are running; run manage.py seal_audit.",
        _unsealed,
    ),
)
"""Every question, in the order in which the answers are printed."""
