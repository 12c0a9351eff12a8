"""A decision in plain words: what is advised, why, from which facts, on whose authority."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from surveillance.models import LesionAssessment, OverrideKind
from surveillance.protocol.citations import SOURCE_TITLE, STATEMENTS
from surveillance.protocol.terms import (
    BiopsyReason,
    EscalationClass,
    Modality,
    RecommendationKind,
)
from surveillance.web.risk_words import fact_words, risk_tag
from surveillance.web.wording import Tag, date_words, joined, label_of, name_of_user

CLASS_TAGS = {
    EscalationClass.URGENT: Tag("Chased as urgent", "overdue"),
    EscalationClass.AT_RISK: Tag("Chased as at risk", "due"),
    EscalationClass.LOW: Tag("Chased as low risk", "calm"),
    EscalationClass.NONE: Tag("Nothing owed", "quiet"),
}
MACHINE = "the protocol, automatically"


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of the source document, or a guideline, with its key."""

    key: str
    words: str
    is_source: bool


@dataclass(frozen=True, slots=True)
class RecommendationView:
    """One answer of the protocol, for clinician review.

    `addons` are only those that no reason explains already.
    """

    title: str
    tag: Tag
    risk: Tag
    window: str
    modality: str
    alternatives: str
    blocked: str
    biopsy: str
    reasons: tuple[str, ...]
    facts_used: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    addons: tuple[str, ...]
    quotes: tuple[Quote, ...]
    rule: str
    rule_title: str
    version: str
    source_title: str
    decided: str


@dataclass(frozen=True, slots=True)
class OverrideView:
    """A clinician's departure, shown beside the rule that it departs from."""

    kind: str
    what: str
    reason: str
    author: str
    on: str
    expires: str


def recommendation_view(row: LesionAssessment, site_moment: str) -> RecommendationView:
    """The newest computed answer for a lesion; `site_moment` is when it was made, in words."""
    answer: dict[str, Any] = row.answer
    reasons = tuple(answer.get("reasons", []))
    return RecommendationView(
        title=label_of(RecommendationKind, row.recommendation),
        tag=CLASS_TAGS[EscalationClass(row.escalation_class)],
        risk=risk_tag(row.risk),
        window=window_words(row.earliest_on, row.target_on, row.latest_on),
        modality=label_of(Modality, row.preferred_modality) if row.preferred_modality else "",
        alternatives=_modalities(answer.get("alternatives", [])),
        blocked=_modalities(answer.get("blocked", [])),
        biopsy=_biopsy(row, answer),
        reasons=reasons,
        facts_used=tuple((str(name), str(value)) for name, value in answer.get("facts_used", [])),
        missing=tuple(fact_words(name) for name in answer.get("missing", [])),
        addons=tuple(
            code for code in answer.get("addons", []) if not any(code in text for text in reasons)
        ),
        quotes=tuple(
            Quote(one["key"], f"“{one['quote']}”", one["key"] in STATEMENTS)
            for one in answer.get("citations", [])
        ),
        rule=row.rule,
        rule_title=answer.get("rule_title", ""),
        version=row.protocol_version,
        source_title=SOURCE_TITLE,
        decided=f"{site_moment}, as of {date_words(row.as_of)}",
    )


def window_words(earliest: date | None, target: date | None, latest: date | None) -> str:
    """'from 3 Mar 2026, best by 3 Apr 2026, at the latest 3 Jun 2026'. Empty without a window."""
    if not (earliest and target and latest):
        return ""
    return (
        f"from {date_words(earliest)}, best by {date_words(target)}, "
        f"at the latest {date_words(latest)}"
    )


def override_view(row: LesionAssessment) -> OverrideView:
    """The override that stands for a lesion."""
    kind = OverrideKind(row.override_kind)
    what = {
        OverrideKind.SOONER: f"at the latest {date_words(row.latest_on)}",
        OverrideKind.LATER: f"at the latest {date_words(row.latest_on)}",
        OverrideKind.MODALITY: label_of(Modality, row.preferred_modality),
    }.get(kind, "")
    return OverrideView(
        kind=str(kind.label),
        what=what,
        reason=row.override_reason,
        author=name_of_user(row.assessed_by, MACHINE),
        on=date_words(row.as_of),
        expires=date_words(row.override_expires_on),
    )


def _modalities(codes: Iterable[str]) -> str:
    return joined(label_of(Modality, code) for code in codes)


def _biopsy(row: LesionAssessment, answer: dict[str, Any]) -> str:
    if not row.biopsy_allowed:
        return ""
    reasons = joined(label_of(BiopsyReason, code) for code in answer.get("biopsy_reasons", []))
    cautions = " ".join(answer.get("biopsy_cautions", []))
    return f"The MDT may consider biopsy ({reasons}). {cautions}".strip()
