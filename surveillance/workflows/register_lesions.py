"""Writes lesions, many in a few statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import Deed, record_events
from patients.models import Patient
from surveillance.models import Lesion
from surveillance.protocol.terms import LesionKind, LesionNumber, Segment, Tri
from surveillance.record_locks import lock_records
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class LesionWithoutLabel(WorkflowRefused):
    """A lesion needs the radiologist's name for it."""

    code = "lesion_without_label"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLesion:
    """A lesion as it is first described; `label` is the radiologist's name for it ("L1")."""

    patient: Patient
    label: str
    kind: LesionKind = LesionKind.UNKNOWN
    segments: tuple[Segment, ...] = ()
    number: LesionNumber = LesionNumber.UNKNOWN
    symptomatic: Tri = Tri.UNKNOWN


@transaction.atomic
def register_lesions(*, new: Sequence[NewLesion], by: "User | None", now: datetime) -> list[Lesion]:
    """The lesions of these labels, in order; those not yet on file are added.

    A lesion is recognised by the MRN under which it was first recorded and its label, also after
    its patient's record was merged. Refused: an empty label.
    """
    for one in new:
        if not one.label.strip():
            raise LesionWithoutLabel(_("Give the lesion the label that the report uses."))
    survivors = lock_records(one.patient.pk for one in new)
    on_file = Lesion.objects.filter(patient__in={row.pk for row in survivors.values()})
    known = {(row.patient_id, row.origin_mrn, row.label): row for row in on_file}
    added = []
    answers = []
    for one in new:
        patient = survivors[one.patient.pk]
        key: tuple[UUID, str, str] = (patient.pk, one.patient.mrn, one.label)
        if key not in known:
            known[key] = _lesion(one, patient, by, now)
            added.append(known[key])
        answers.append(known[key])
    Lesion.objects.bulk_create(added)
    record_events(
        [Deed("lesion_registered", row.patient.site, row, row.patient) for row in added],
        by=by,
        now=now,
    )
    return answers


def _lesion(one: NewLesion, patient: Patient, by: "User | None", now: datetime) -> Lesion:
    return Lesion(
        patient=patient,
        label=one.label,
        origin_mrn=one.patient.mrn,
        kind=one.kind,
        symptomatic=one.symptomatic,
        number=one.number,
        segments=[segment.value for segment in one.segments],
        recorded_at=now,
        recorded_by=by,
    )
