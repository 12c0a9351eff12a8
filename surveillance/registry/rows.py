"""What one row of a registry says: only what is stated, in the words of the records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

NOTHING: Mapping[str, Any] = {}


class Severity(StrEnum):
    """ERROR: the row is refused. NOTE: the row goes in, and something about it should be known."""

    ERROR = "error"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong on one line of a file, where exactly, and how to mend it.

    `line` is the physical line on which the row begins (the header is line 1). `code` is stable.
    """

    line: int
    column: str
    value: str
    code: str
    message: str
    cure: str = ""
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class StatedEvent:
    """A pathology result, MDT decision, waiver or treatment as a row states it."""

    kind: str
    value: str
    on: date
    author: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class RegistryRow:
    """One row. A key that is absent was left blank, which never erases what is on record.

    `patient`: fields of Patient besides status. `status`: value, on, reason. `risk`: fields of
    RiskProfile, in force from `risk_on`. `afp`: value, on, rising, elevated_for_age. `lesion`:
    label, kind, symptomatic, number, segments. `exam`: fields of ImagingExam. `finding`: fields of
    LesionObservation.
    """

    line: int
    site: str
    mrn: str
    patient: Mapping[str, Any] = field(default_factory=dict)
    status: Mapping[str, Any] = field(default_factory=dict)
    risk: Mapping[str, Any] = field(default_factory=dict)
    risk_on: date | None = None
    afp: Mapping[str, Any] = field(default_factory=dict)
    lesion: Mapping[str, Any] = field(default_factory=dict)
    exam: Mapping[str, Any] = field(default_factory=dict)
    finding: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[StatedEvent, ...] = ()
