"""What became of one part of a message."""

from dataclasses import dataclass

from patients.models import Patient
from surveillance.models import ImagingExam, ItemStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """`code` is stable, `reason` a sentence for people (in the language of records)."""

    status: ItemStatus
    code: str
    reason: str
    patient: Patient | None = None
    exam: ImagingExam | None = None
