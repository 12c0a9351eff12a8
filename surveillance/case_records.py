"""The rows behind the cases of any number of lesions, in a constant number of queries.

Only what had happened by the day asked for and was not retracted is read; the patient's
administrative status is the present one. `cases.py` turns these rows into facts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from patients.models import AfpResult, Patient, RiskProfile
from surveillance.models import (
    FollowUp,
    Lesion,
    LesionAssessment,
    LesionEvent,
    LesionObservation,
    OverrideKind,
)


@dataclass(frozen=True, slots=True)
class Records:
    """The rows behind one lesion's case."""

    lesion: Lesion
    patient: Patient
    profiles: list[RiskProfile]
    """Those effective by the day asked for, oldest first."""
    afp: list[AfpResult]
    events: list[LesionEvent]
    observations: list[LesionObservation]
    """In the order of the days on which the exams were performed."""
    override: LesionAssessment | None
    open_lesions: frozenset[UUID]
    """The patient's lesions with an open follow-up."""

    def profile_on(self, day: date) -> RiskProfile | None:
        """The profile that was in force on that day; a later row replaces an earlier one."""
        effective = [row for row in self.profiles if row.effective_on <= day]
        return effective[-1] if effective else None


def read_records(lesions: Iterable[Lesion], as_of: date) -> list[Records]:
    """The rows behind the cases of `lesions`, in their order."""
    lesions = list(lesions)
    lesion_ids = [lesion.pk for lesion in lesions]
    patient_ids = {lesion.patient_id for lesion in lesions}
    patients = Patient.objects.select_related("site").in_bulk(patient_ids)
    profiles = _profiles(patients, as_of)
    afp = _afp(patients, as_of)
    events = _events(lesion_ids, as_of)
    observations = _observations(lesion_ids, as_of)
    overrides = standing_overrides(lesion_ids, as_of)
    open_by_patient = _open_lesions(patients)
    return [
        Records(
            lesion=lesion,
            patient=patients[lesion.patient_id],
            profiles=profiles.get(lesion.patient_id, []),
            afp=afp.get(lesion.patient_id, []),
            events=events.get(lesion.pk, []),
            observations=observations.get(lesion.pk, []),
            override=overrides.get(lesion.pk),
            open_lesions=frozenset(open_by_patient.get(lesion.patient_id, ())),
        )
        for lesion in lesions
    ]


def _profiles(patients: Mapping[UUID, Patient], as_of: date) -> dict[UUID, list[RiskProfile]]:
    rows = (
        RiskProfile.objects.filter(patient__in=patients, effective_on__lte=as_of)
        .select_related("recorded_by")
        .order_by("effective_on", "recorded_at", "sequence")
    )
    found = defaultdict(list)
    for row in rows:
        found[row.patient_id].append(row)
    return found


def _afp(patients: Mapping[UUID, Patient], as_of: date) -> dict[UUID, list[AfpResult]]:
    rows = AfpResult.objects.filter(patient__in=patients, taken_on__lte=as_of)
    found = defaultdict(list)
    for row in rows.order_by("taken_on", "recorded_at", "pk"):
        found[row.patient_id].append(row)
    return found


def _events(lesion_ids: list[UUID], as_of: date) -> dict[UUID, list[LesionEvent]]:
    rows = LesionEvent.objects.known_by(as_of).filter(lesion__in=lesion_ids)
    found = defaultdict(list)
    for row in rows.order_by("occurred_on", "recorded_at", "pk"):
        found[row.lesion_id].append(row)
    return found


def _observations(lesion_ids: list[UUID], as_of: date) -> dict[UUID, list[LesionObservation]]:
    rows = LesionObservation.objects.known_by(as_of).filter(lesion__in=lesion_ids)
    found = defaultdict(list)
    rows = rows.select_related("exam").defer("exam__report_text", "exam__evidence")
    for row in rows.order_by("exam__performed_on", "exam__recorded_at", "exam__accession"):
        found[row.lesion_id].append(row)
    return found


def standing_overrides(lesion_ids: Iterable[UUID], as_of: date) -> dict[UUID, LesionAssessment]:
    """The override of each lesion that was recorded last, unless it was lifted, has expired, or
    was spent: what it answered has changed since, and no signature comes back by itself."""
    rows = LesionAssessment.objects.filter(lesion__in=list(lesion_ids), overrides__isnull=False)
    rows = rows.select_related("assessed_by", "overrides").order_by("sequence")
    newest = {row.lesion_id: row for row in rows}
    found = {pk: row for pk, row in newest.items() if _stands(row, as_of)}
    for pk in _spent(found):
        del found[pk]
    return found


def _spent(found: Mapping[UUID, LesionAssessment]) -> set[UUID]:
    """The lesions about which something else was decided after their override."""
    if not found:
        return set()
    since = min(row.sequence for row in found.values())
    later = LesionAssessment.objects.filter(
        lesion__in=list(found), overrides=None, sequence__gt=since
    ).defer("answer")
    return {
        row.lesion_id
        for row in later
        if row.sequence > found[row.lesion_id].sequence
        and row.signed_for != found[row.lesion_id].signed_for
    }


def _stands(override: LesionAssessment, as_of: date) -> bool:
    if override.override_kind == OverrideKind.LIFTED:
        return False
    return override.override_expires_on is None or override.override_expires_on >= as_of


def _open_lesions(patients: Mapping[UUID, Patient]) -> dict[UUID, set[UUID]]:
    rows = FollowUp.objects.open().filter(patient__in=patients)
    found = defaultdict(set)
    for patient_id, lesion_id in rows.values_list("patient_id", "lesion_id"):
        found[patient_id].add(lesion_id)
    return found
