"""What the protocol answers: a recommendation with its window, reasons and citations."""

from dataclasses import dataclass
from datetime import date

from surveillance.protocol.terms import (
    BiopsyReason,
    EscalationClass,
    Modality,
    ObligationKind,
    RecommendationKind,
    Risk,
)


@dataclass(frozen=True, slots=True)
class Window:
    """Inclusive days of care: earliest <= target <= latest. Overdue begins on latest + 1 day."""

    earliest: date
    target: date
    latest: date


@dataclass(frozen=True, slots=True)
class Citation:
    """A statement of the source document ('S13') or a guideline key, with its words."""

    key: str
    quote: str


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something dated that is owed to a lesion and becomes a follow-up (one per kind)."""

    kind: ObligationKind
    recommendation: RecommendationKind
    window: Window
    escalation_class: EscalationClass
    modality: Modality | None
    reason: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Clinical.md 4.1. `obligations` is empty if and only if `stop` is True (I23)."""

    rule: str
    rule_title: str
    kind: RecommendationKind
    window: Window | None
    risk: Risk
    preferred_modality: Modality | None
    alternatives: tuple[Modality, ...]
    blocked: tuple[Modality, ...]
    biopsy_allowed: bool
    biopsy_reasons: tuple[BiopsyReason, ...]
    biopsy_cautions: tuple[str, ...]
    escalation_class: EscalationClass
    stop: bool
    reasons: tuple[str, ...]
    citations: tuple[Citation, ...]
    addons: tuple[str, ...]
    missing: tuple[str, ...]
    facts_used: tuple[tuple[str, str], ...]
    obligations: tuple[Obligation, ...]
    protocol_version: str

    @property
    def cites(self) -> tuple[str, ...]:
        """The keys of the citations, in order."""
        return tuple(citation.key for citation in self.citations)
