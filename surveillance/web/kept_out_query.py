"""The facts behind "why is this patient not in the queue?", for any number of patients.

A constant number of queries: two for what is owed, six for those to whom nothing is.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Max

from patients.models import Patient
from surveillance.case_records import standing_overrides
from surveillance.models import (
    Escalation,
    FollowUp,
    FollowUpOutcome,
    Lesion,
    LesionAssessment,
    OverrideKind,
)
from surveillance.web.queue_query import with_row_fields


class OwedRow(NamedTuple):
    """Something that is owed, and whether an escalation of it is open."""

    follow_up: FollowUp
    is_escalated: bool


@dataclass(frozen=True, slots=True)
class EndedLesion:
    """A lesion to which nothing is owed, and what ended it."""

    lesion: Lesion
    signed: LesionAssessment | None
    ruled: LesionAssessment | None

    @property
    def on(self) -> date | None:
        """The day of the decision that ended it."""
        decision = self.signed or self.ruled
        return decision.as_of if decision else None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """By patient: what is owed, the most dangerous first; where nothing is, what ended it."""

    owed: dict[UUID, list[OwedRow]] = field(default_factory=dict)
    ended: dict[UUID, list[EndedLesion]] = field(default_factory=dict)
    signers: dict[UUID, User] = field(default_factory=dict)


def whereabouts_of(patients: Collection[Patient], on: date) -> Whereabouts:
    """The facts about these patients, as of the day."""
    ids = [patient.pk for patient in patients]
    owed = _owed(ids)
    idle = [pk for pk in ids if pk not in owed]
    if not idle:
        return Whereabouts(owed)
    return Whereabouts(owed, _ended(idle, on), _signers(idle))


def _owed(patients: Iterable[UUID]) -> dict[UUID, list[OwedRow]]:
    rows = FollowUp.objects.open().filter(patient__in=list(patients)).dangerous_first()
    follow_ups = list(with_row_fields(rows))
    raised = Escalation.objects.unresolved().filter(follow_up__in=[row.pk for row in follow_ups])
    escalated = set(raised.values_list("follow_up_id", flat=True))
    found: defaultdict[UUID, list[OwedRow]] = defaultdict(list)
    for row in follow_ups:
        found[row.patient_id].append(OwedRow(row, row.pk in escalated))
    return dict(found)


def _ended(patients: list[UUID], on: date) -> dict[UUID, list[EndedLesion]]:
    lesions = list(Lesion.objects.filter(patient__in=patients).order_by("recorded_at", "label"))
    ids = [lesion.pk for lesion in lesions]
    overrides = standing_overrides(ids, on)
    stops = _stops(ids)
    found: defaultdict[UUID, list[EndedLesion]] = defaultdict(list)
    for lesion in lesions:
        override = overrides.get(lesion.pk)
        is_closing = override is not None and override.override_kind == OverrideKind.CLOSE
        found[lesion.patient_id].append(
            EndedLesion(lesion, override if is_closing else None, stops.get(lesion.pk))
        )
    return dict(found)


def _stops(lesions: list[UUID]) -> dict[UUID, LesionAssessment]:
    """The newest decision by the protocol, where it says that nothing is owed."""
    computed = LesionAssessment.objects.filter(lesion__in=lesions, overrides=None)
    newest = computed.order_by().values("lesion").annotate(newest=Max("sequence")).values("newest")
    rows = LesionAssessment.objects.filter(sequence__in=newest, stop=True)
    return {row.lesion_id: row for row in rows.defer("inputs")}


def _signers(patients: list[UUID]) -> dict[UUID, User]:
    """Who signed last that surveillance is not appropriate."""
    signed = FollowUp.objects.filter(
        patient__in=patients,
        outcome=FollowUpOutcome.NOT_APPROPRIATE,
        closed_by__isnull=False,
    )
    rows = signed.select_related("closed_by").order_by("closed_at", "pk")
    return {row.patient_id: row.closed_by for row in rows if row.closed_by}
