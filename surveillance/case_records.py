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
from patients.prepared import Prepared, slot, slots
from surveillance.models import (
    FollowUp,
    ImagingExam,
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
    patients = {row.pk: row for row in _PATIENTS.ask(patients=patient_ids)}
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


# Asked whenever anything becomes known of anybody: their SQL is written once.
_PATIENTS = Prepared(
    lambda: Patient.objects.select_related("site").filter(pk__in=slots(Patient, "pk", "patients"))
)
_PROFILES = Prepared(
    lambda: (
        RiskProfile.objects.filter(patient__in=slots(RiskProfile, "patient", "patients"))
        .filter(effective_on__lte=slot(RiskProfile, "effective_on", "as_of"))
        .select_related("recorded_by")
        .order_by("effective_on", "recorded_at", "sequence")
    )
)
_AFP = Prepared(
    lambda: (
        AfpResult.objects.filter(patient__in=slots(AfpResult, "patient", "patients"))
        .filter(taken_on__lte=slot(AfpResult, "taken_on", "as_of"))
        .order_by("taken_on", "recorded_at", "pk")
    )
)
_EVENTS = Prepared(
    lambda: (
        LesionEvent.objects.known_by(slot(LesionEvent, "occurred_on", "as_of"))
        .filter(lesion__in=slots(LesionEvent, "lesion", "lesions"))
        .order_by("occurred_on", "recorded_at", "pk")
    )
)
_OBSERVATIONS = Prepared(
    lambda: (
        LesionObservation.objects.known_by(slot(ImagingExam, "performed_on", "as_of"))
        .filter(lesion__in=slots(LesionObservation, "lesion", "lesions"))
        .select_related("exam")
        .defer("exam__report_text", "exam__evidence")
        .order_by("exam__performed_on", "exam__recorded_at", "exam__accession")
    )
)
_OVERRIDES = Prepared(
    lambda: (
        LesionAssessment.objects.filter(
            lesion__in=slots(LesionAssessment, "lesion", "lesions"), overrides__isnull=False
        )
        .select_related("assessed_by", "overrides")
        .order_by("sequence")
    )
)
_OPEN = Prepared(
    lambda: (
        FollowUp.objects.open()
        .filter(patient__in=slots(FollowUp, "patient", "patients"))
        .values_list("patient_id", "lesion_id")
    )
)


def _profiles(patients: Mapping[UUID, Patient], as_of: date) -> dict[UUID, list[RiskProfile]]:
    found = defaultdict(list)
    for row in _PROFILES.ask(patients=patients, as_of=as_of):
        found[row.patient_id].append(row)
    return found


def _afp(patients: Mapping[UUID, Patient], as_of: date) -> dict[UUID, list[AfpResult]]:
    found = defaultdict(list)
    for row in _AFP.ask(patients=patients, as_of=as_of):
        found[row.patient_id].append(row)
    return found


def _events(lesion_ids: list[UUID], as_of: date) -> dict[UUID, list[LesionEvent]]:
    found = defaultdict(list)
    for row in _EVENTS.ask(lesions=lesion_ids, as_of=as_of):
        found[row.lesion_id].append(row)
    return found


def _observations(lesion_ids: list[UUID], as_of: date) -> dict[UUID, list[LesionObservation]]:
    found = defaultdict(list)
    for row in _OBSERVATIONS.ask(lesions=lesion_ids, as_of=as_of):
        found[row.lesion_id].append(row)
    return found


def standing_overrides(lesion_ids: Iterable[UUID], as_of: date) -> dict[UUID, LesionAssessment]:
    """The override of each lesion that was recorded last, unless it was lifted, has expired, or
    was spent: what it answered has changed since, and no signature comes back by itself."""
    newest = {row.lesion_id: row for row in _OVERRIDES.ask(lesions=lesion_ids)}
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
    found = defaultdict(set)
    for patient_id, lesion_id in _OPEN.ask(patients=patients):
        found[patient_id].add(lesion_id)
    return found
