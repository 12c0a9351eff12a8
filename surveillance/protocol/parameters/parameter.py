"""What a parameter is: a number that a clinician chose, with its source and its days."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

V_co = TypeVar("V_co", covariant=True)


class Authority(StrEnum):
    """Where a number comes from: the source document, a guideline or study, or our judgement."""

    SEED = "SEED"
    GUIDE = "GUIDE"
    OURS = "OURS"


@dataclass(frozen=True, slots=True)
class Parameter(Generic[V_co]):
    """One number that a clinician chose. `cites` names statements (S..) or guideline keys."""

    key: str
    value: V_co
    unit: str
    authority: Authority
    cites: tuple[str, ...]
    note: str
    effective_on: date = date(2025, 12, 1)
    reviewed_on: date = date(2026, 11, 22)


@dataclass(frozen=True, slots=True)
class Span:
    """An offset from an anchor: calendar months (clamped), then days."""

    months: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class WindowSpans:
    """Offsets of the earliest, target and latest day from one anchor."""

    earliest: Span
    target: Span
    latest: Span


@dataclass(frozen=True, slots=True)
class Rung:
    """`days` from the latest day (negative: before it); `tier` 1-4."""

    days: int
    tier: int


@dataclass(frozen=True, slots=True)
class OrderRung:
    """`days` from the day by which an exam had to be ordered; `tier` 1-4 that is told."""

    days: int
    tier: int
