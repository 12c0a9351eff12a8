"""What is on record about the patients of some rows, read in a constant number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain
from uuid import UUID

from patients.models import AfpResult, Patient, RiskProfile, Site
from surveillance.models import ImagingExam, Lesion, LesionEvent, LesionObservation
from surveillance.registry.rows import RegistryRow

Key = tuple[str, str]
"""Site (slug) and MRN."""


@dataclass(frozen=True, slots=True)
class PatientRows:
    """All rows of one patient in one file, in the order of the file."""

    site: str
    mrn: str
    rows: tuple[RegistryRow, ...]

    @property
    def key(self) -> Key:
        """Site and MRN."""
        return self.site, self.mrn


@dataclass
class Known:
    """Rows on record, arranged for being looked up. `survivors` maps every patient to the record
    that holds its facts: itself, or the one it was merged into."""

    sites: dict[str, Site]
    patients: dict[Key, Patient] = field(default_factory=dict)
    survivors: dict[UUID, Patient] = field(default_factory=dict)
    profiles: dict[UUID, list[RiskProfile]] = field(default_factory=lambda: defaultdict(list))
    afp: dict[UUID, set[tuple[date, Decimal | None]]] = field(
        default_factory=lambda: defaultdict(set)
    )
    lesions: dict[UUID, dict[tuple[str, str], Lesion]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    exams: dict[tuple[int, str], ImagingExam] = field(default_factory=dict)
    retracted_exams: dict[tuple[int, str], list[ImagingExam]] = field(
        default_factory=lambda: defaultdict(list)
    )
    findings: dict[UUID, dict[UUID, LesionObservation]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    events: dict[UUID, list[LesionEvent]] = field(default_factory=lambda: defaultdict(list))

    def holder(self, patient: Patient) -> Patient:
        """The record that holds this patient's facts."""
        return self.survivors.get(patient.pk, patient)


def read_known(groups: Collection[PatientRows], sites: Mapping[str, Site]) -> Known:
    """Everything on record that planning these patients' rows compares with."""
    known = Known(dict(sites))
    known.patients = _patients(groups)
    known.survivors = _survivors(known.patients.values())
    _read_exams(known, groups)
    if known.patients:
        _read_facts(known)
    return known


def patient_ids_of(groups: Collection[PatientRows]) -> list[UUID]:
    """The patients on record whom the rows are about; for locking them first."""
    return [patient.pk for patient in _patients(groups).values()]


def _patients(groups: Collection[PatientRows]) -> dict[Key, Patient]:
    wanted = {group.key for group in groups}
    rows = Patient.objects.filter(
        site__slug__in={site for site, _ in wanted}, mrn__in={mrn for _, mrn in wanted}
    ).select_related("site")
    found = {(row.site.slug, row.mrn): row for row in rows}
    return {key: row for key, row in found.items() if key in wanted}


def _survivors(patients: Iterable[Patient]) -> dict[UUID, Patient]:
    """Follow merges to the record that survives; one query per generation of merges."""
    found = {patient.pk: patient for patient in patients}
    asked = list(found)
    while missing := _targets(found.values()) - {*found}:
        rows = Patient.objects.filter(pk__in=missing).select_related("site")
        found |= {row.pk: row for row in rows}
    return {pk: _end_of(found[pk], found) for pk in asked}


def _targets(patients: Iterable[Patient]) -> set[UUID]:
    return {row.merged_into_id for row in patients if row.merged_into_id is not None}


def _end_of(patient: Patient, found: Mapping[UUID, Patient]) -> Patient:
    while patient.merged_into_id is not None:
        patient = found[patient.merged_into_id]
    return patient


def _read_exams(known: Known, groups: Collection[PatientRows]) -> None:
    numbers = {row.exam["accession"] for group in groups for row in group.rows if row.exam}
    sites = {known.sites[group.site].pk for group in groups}
    for exam in ImagingExam.objects.filter(site__in=sites, accession__in=numbers):
        key = exam.site_id, exam.accession
        if exam.retracted_at is None:
            known.exams[key] = exam
        else:
            known.retracted_exams[key].append(exam)
    found = [*known.exams.values(), *chain.from_iterable(known.retracted_exams.values())]
    if found:
        for row in LesionObservation.objects.filter(exam__in=[exam.pk for exam in found]):
            known.findings[row.exam_id][row.lesion_id] = row


def _read_facts(known: Known) -> None:
    holders = {patient.pk for patient in known.survivors.values()}
    profiles = RiskProfile.objects.filter(patient__in=holders)
    for profile in profiles.order_by("effective_on", "recorded_at", "sequence"):
        known.profiles[profile.patient_id].append(profile)
    for afp in AfpResult.objects.filter(patient__in=holders):
        known.afp[afp.patient_id].add((afp.taken_on, afp.value_ng_ml))
    for lesion in Lesion.objects.filter(patient__in=holders):
        known.lesions[lesion.patient_id][lesion.origin_mrn, lesion.label] = lesion
    for event in LesionEvent.objects.filter(lesion__patient__in=holders):
        known.events[event.lesion_id].append(event)
