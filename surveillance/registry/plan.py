"""What taking in one patient's rows would add, change and refuse. Nothing is written here."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from patients.models import Patient, Site
from surveillance.models import Lesion
from surveillance.registry.rows import RegistryRow, RowProblem, Severity, StatedEvent

CREATED, CHANGED, UNCHANGED = "created", "changed", "unchanged"
KINDS = (
    "patients", "statuses", "risk_profiles", "afp_results", "lesions", "exams", "findings", "events"
)  # fmt: skip
Counts = Counter[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PlannedProfile:
    """Risk facts in force from a day: everything known then, not only what the row stated."""

    effective_on: date
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlannedAfp:
    """One AFP result, ng/mL."""

    taken_on: date
    value_ng_ml: Decimal | None
    rising: bool
    elevated_for_age: bool


@dataclass
class PlannedLesion:
    """A lesion named by the rows; `on_record` is None while it is new here."""

    label: str
    on_record: Lesion | None = None
    kind: str = "UNKNOWN"
    symptomatic: str = "UNKNOWN"
    number: str = "UNKNOWN"
    segments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedFinding:
    """One exam as it concerns one lesion, as it would be stored."""

    line: int
    accession: str
    label: str
    exam: dict[str, Any]
    finding: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlannedStatus:
    """Why the patient is, or is no longer, followed here."""

    status: str
    on: date | None
    reason: str


@dataclass
class PatientPlan:
    """Everything that one patient's rows come to. `patient` is None while new here; `holder` is
    the record that holds the facts (the survivor, if the patient's record was merged)."""

    site: Site
    mrn: str
    patient: Patient | None
    holder: Patient | None
    new: dict[str, Any] | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    status: PlannedStatus | None = None
    profiles: list[PlannedProfile] = field(default_factory=list)
    afp: list[PlannedAfp] = field(default_factory=list)
    lesions: dict[str, PlannedLesion] = field(default_factory=dict)
    findings: list[PlannedFinding] = field(default_factory=list)
    events: list[tuple[str, StatedEvent]] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    counts: Counts = field(default_factory=Counter)
    rows: int = 0

    def count(self, kind: str, outcome: str, number: int = 1) -> None:
        """Note that so many things of this kind come out so."""
        self.counts[kind, outcome] += number

    def note(self, row: RegistryRow, column: str, value: Any, message: str, cure: str = "") -> None:
        """The row goes in, and this should be known."""
        code = "kept_as_recorded"
        self.problems.append(
            RowProblem(row.line, column, str(value), code, message, cure, Severity.NOTE)
        )

    @property
    def refused_lines(self) -> set[int]:
        """The lines that do not go in."""
        return {problem.line for problem in self.problems if problem.severity is Severity.ERROR}

    @property
    def adds_facts(self) -> bool:
        """Whether lesions must be assessed again."""
        clinical = (self.profiles, self.afp, self.findings, self.events)
        return any(clinical) or self.new_lesions or "birth_date" in self.changes

    @property
    def new_lesions(self) -> bool:
        """Whether a lesion is new here."""
        return any(lesion.on_record is None for lesion in self.lesions.values())

    @property
    def changes_anything(self) -> bool:
        """Whether anything at all would be written."""
        return bool(self.new or self.changes or self.status or self.adds_facts)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of some patients' rows."""

    counts: Counts
    problems: tuple[RowProblem, ...]
    rows: int
    refused: int

    @classmethod
    def nothing(cls) -> "TakenIn":
        """No rows, nothing done."""
        return cls(Counter(), (), 0, 0)


def summed(plans: Sequence[PatientPlan]) -> TakenIn:
    """The plans of several patients, added up."""
    counts: Counts = Counter()
    for plan in plans:
        counts.update(plan.counts)
    problems = tuple(problem for plan in plans for problem in plan.problems)
    refused = sum(len(plan.refused_lines) for plan in plans)
    return TakenIn(counts, problems, sum(plan.rows for plan in plans), refused)
