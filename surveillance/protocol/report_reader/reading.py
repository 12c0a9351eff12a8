"""What the reader found, sentence by sentence, with the place of every word it relied on."""

from dataclasses import dataclass
from decimal import Decimal
from enum import auto

from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Isolation,
    LesionKind,
    LiRads,
    Modality,
    Segment,
    Term,
    Tri,
    VisualisationScore,
)


class Assertion(Term):
    """How the report speaks of a thing (the axes of ConText)."""

    AFFIRMED = auto()
    NEGATED = auto()
    UNCERTAIN = auto()
    HISTORICAL = auto()


class Lobe(Term):
    """Where in the liver, if the report names no segment."""

    RIGHT = auto()
    LEFT = auto()
    BOTH = auto()


class Change(Term):
    """What the report says of a lesion since the exam before."""

    NEW = auto()
    STABLE = auto()
    GROWN = auto()
    SMALLER = auto()
    GONE = auto()


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` (first) to `end` (one behind the last) of the report's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionStatement:
    """One lesion of the liver as one or more sentences describe it.

    `is_calcified`: the sentence says calcification, calcified, granuloma… None in a field: the
    report says nothing of the matter. Sizes in millimetres, longest diameter. "Segment IV" without
    a letter gives IVA and IVB.
    """

    sentences: tuple[Span, ...]
    assertion: Assertion
    is_calcified: bool
    size_mm: Decimal | None = None
    previous_size_mm: Decimal | None = None
    segments: tuple[Segment, ...] = ()
    lobe: Lobe | None = None
    kind: LesionKind | None = None
    pattern: CalcificationPattern | None = None
    isolation: Isolation | None = None
    change: Change | None = None
    conclusion: Conclusion | None = None
    lirads: LiRads | None = None
    aphe: Tri | None = None
    washout: Tri | None = None
    capsule: Tri | None = None
    evidence: tuple[Span, ...] = ()
    """The words that each value above was read from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationStatement:
    """What the radiologist recommends for the liver, in their own words.

    Months are whole numbers; one number in the text gives both. None: not said. A bare "MRI" or
    "CT" is the liver study of that name (MRI with contrast, multiphase CT). `alternatives`: what
    else the same sentence offers.
    """

    sentence: Span
    modality: Modality | None = None
    alternatives: tuple[Modality, ...] = ()
    earliest_months: int | None = None
    latest_months: int | None = None
    is_conditional: bool = False

    @property
    def is_incomplete(self) -> bool:
        """No modality or no interval: somebody must ask ("clarify")."""
        return self.modality is None or self.latest_months is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReading:
    """Everything read in one report. `limits`: what hampered the exam (VIS-C, motion, no phase)."""

    lesions: tuple[LesionStatement, ...] = ()
    recommendations: tuple[RecommendationStatement, ...] = ()
    limits: tuple[Span, ...] = ()
    vis: VisualisationScore | None = None
    mentions_hepatic_calcification: bool = False
    """Affirmed or uncertain or historical; never where it is negated or in another organ."""
    recommends_liver_follow_up: bool = False
    is_understood: bool = True
    """False: not written in English, or no words at all. Then nothing is said, also no "none"."""
