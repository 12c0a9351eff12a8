"""The state of reading one patient's rows: what the record and the accepted rows say so far."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from patients.models import Patient, Site
from surveillance.models import ImagingExam, LesionObservation, ReportStatus
from surveillance.registry.known import Known, PatientRows
from surveillance.registry.rows import RegistryRow

SharedAccessions = Mapping[tuple[str, str], tuple[str, int]]
"""(site, accession) claimed by several patients of a file -> MRN and line of the first."""

FILE_AUTHOR = "registry file"
NOT_COMPARED = frozenset({"accession"})


@dataclass
class Said:
    """Values stated so far, each with the line that stated it first."""

    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def differing(self, stated: Mapping[str, Any]) -> list[tuple[str, Any, int]]:
        """(field, earlier value, its line) wherever `stated` says otherwise."""
        return [
            (name, self.values[name], self.lines[name])
            for name, value in stated.items()
            if name in self.values and self.values[name] != value
        ]

    def take(self, stated: Mapping[str, Any], line: int) -> None:
        """Add what is stated and was not known yet."""
        for name, value in stated.items():
            if name not in self.values:
                self.values[name] = value
                self.lines[name] = line


@dataclass
class Draft:
    """One patient, half read."""

    group: PatientRows
    known: Known
    shared: SharedAccessions
    patient: Patient | None = None
    holder: Patient | None = None
    birth_date: date | None = None
    birth_source: str = ""
    exams: dict[str, Said] = field(default_factory=lambda: defaultdict(Said))
    findings: dict[tuple[str, str], Said] = field(default_factory=lambda: defaultdict(Said))
    risk: dict[date, Said] = field(default_factory=lambda: defaultdict(Said))
    events: set[tuple[object, ...]] = field(default_factory=set)
    accepted: list[RegistryRow] = field(default_factory=list)
    final: frozenset[str] = frozenset()
    taken_back: frozenset[str] = frozenset()
    """Accession numbers of exams that were retracted here and that the file merely repeats."""

    @property
    def site(self) -> Site:
        """The site of the rows."""
        return self.known.sites[self.group.site]

    def exam_on_file(self, accession: str) -> ImagingExam | None:
        """The standing exam with this number at the site, whoever's it is."""
        return self.known.exams.get((self.site.pk, accession))

    def replaced(self, accession: str) -> bool:
        """Whether the file brings the signed report of an exam that is on file as preliminary."""
        exam = self.exam_on_file(accession)
        preliminary = exam is not None and exam.report_status == ReportStatus.PRELIMINARY
        return preliminary and accession in self.final

    def finding_on_file(self, accession: str, label: str) -> LesionObservation | None:
        """What the record says of this lesion on this exam."""
        exam = self.exam_on_file(accession)
        if exam is None or self.holder is None or self.replaced(accession):
            return None
        lesion = self.known.lesions[self.holder.pk].get((self.group.mrn, label))
        return self.known.findings[exam.pk].get(lesion.pk) if lesion else None


def open_draft(group: PatientRows, known: Known, shared: SharedAccessions) -> Draft:
    """Start reading a patient's rows against the record."""
    draft = Draft(group, known, shared)
    draft.patient = known.patients.get(group.key)
    if draft.patient is not None:
        draft.holder = known.holder(draft.patient)
        draft.birth_date = draft.patient.birth_date
        draft.birth_source = "the record"
    if draft.birth_date is None:
        _take_first_birth_date(draft)
    draft.final = frozenset(
        row.exam["accession"] for row in group.rows if row.exam.get("report_status") == "FINAL"
    )
    draft.taken_back = frozenset(_taken_back(draft))
    return draft


def _take_first_birth_date(draft: Draft) -> None:
    """Compare all rows with the first that states one, wherever in the file it stands."""
    first = next((row for row in draft.group.rows if row.patient.get("birth_date")), None)
    if first is not None:
        draft.birth_date = first.patient["birth_date"]
        draft.birth_source = f"line {first.line}"


def finding_of(row: RegistryRow) -> dict[str, Any]:
    """What the row states of its lesion on its exam; the kind counts when it is known."""
    finding = dict(row.finding)
    if row.lesion.get("kind", "UNKNOWN") != "UNKNOWN":
        finding["kind"] = row.lesion["kind"]
    return finding


def _taken_back(draft: Draft) -> list[str]:
    rows_of: dict[str, list[RegistryRow]] = defaultdict(list)
    for row in draft.group.rows:
        if row.exam:
            rows_of[row.exam["accession"]].append(row)
    return [
        number
        for number, rows in rows_of.items()
        if draft.exam_on_file(number) is None
        and any(
            _repeats(draft, exam, rows)
            for exam in draft.known.retracted_exams.get((draft.site.pk, number), ())
        )
    ]


def _repeats(draft: Draft, exam: ImagingExam, rows: list[RegistryRow]) -> bool:
    return all(_agrees(exam, row.exam) and _finding_repeats(draft, exam, row) for row in rows)


def _finding_repeats(draft: Draft, exam: ImagingExam, row: RegistryRow) -> bool:
    if draft.holder is None or exam.patient_id != draft.holder.pk:
        return False
    lesion = draft.known.lesions[draft.holder.pk].get((draft.group.mrn, row.lesion["label"]))
    on_file = draft.known.findings[exam.pk].get(lesion.pk) if lesion else None
    return on_file is not None and _agrees(on_file, finding_of(row))


def _agrees(record: ImagingExam | LesionObservation, stated: Mapping[str, Any]) -> bool:
    return all(getattr(record, name) == value for name, value in stated.items())
