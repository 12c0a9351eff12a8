"""A decision in plain words: what is advised, why, from which facts, on whose authority."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from surveillance.models import LesionAssessment, OverrideKind
from surveillance.protocol.citations import SOURCE_TITLE, STATEMENTS
from surveillance.protocol.terms import (
    BiopsyReason,
    EscalationClass,
    Modality,
    RecommendationKind,
)
from surveillance.web.protocol_words import Said, fact_said, said
from surveillance.web.risk_words import fact_words, risk_tag
from surveillance.web.wording import Tag, date_words, joined, label_of, name_of_user

CLASS_TAGS = {
    EscalationClass.URGENT: Tag(gettext_noop("Chased as urgent"), "overdue"),
    EscalationClass.AT_RISK: Tag(gettext_noop("Chased as at risk"), "due"),
    EscalationClass.LOW: Tag(gettext_noop("Chased as low risk"), "calm"),
    EscalationClass.NONE: Tag(gettext_noop("Nothing owed"), "quiet"),
}
MACHINE = gettext_noop("the protocol, automatically")


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
    reasons: tuple[Said, ...]
    facts_used: tuple[tuple[str, Said], ...]
    missing: tuple[str, ...]
    addons: tuple[str, ...]
    quotes: tuple[Quote, ...]
    rule: str
    rule_title: Said
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
    reasons: list[str] = answer.get("reasons", [])
    tag = CLASS_TAGS[EscalationClass(row.escalation_class)]
    return RecommendationView(
        title=label_of(RecommendationKind, row.recommendation),
        tag=replace(tag, words=_(tag.words)),
        risk=risk_tag(row.risk),
        window=window_words(row.earliest_on, row.target_on, row.latest_on),
        modality=label_of(Modality, row.preferred_modality) if row.preferred_modality else "",
        alternatives=_modalities(answer.get("alternatives", [])),
        blocked=_modalities(answer.get("blocked", [])),
        biopsy=_biopsy(row, answer),
        reasons=tuple(said(text) for text in reasons),
        facts_used=tuple(
            fact_said(str(name), str(value)) for name, value in answer.get("facts_used", [])
        ),
        missing=tuple(fact_words(name) for name in answer.get("missing", [])),
        addons=tuple(
            code for code in answer.get("addons", []) if not any(code in text for text in reasons)
        ),
        quotes=tuple(
            Quote(one["key"], f"“{one['quote']}”", one["key"] in STATEMENTS)
            for one in answer.get("citations", [])
        ),
        rule=row.rule,
        rule_title=said(answer.get("rule_title", "")),
        version=row.protocol_version,
        source_title=SOURCE_TITLE,
        decided=_("{moment}, as of {day}").format(moment=site_moment, day=date_words(row.as_of)),
    )


def window_words(earliest: date | None, target: date | None, latest: date | None) -> str:
    """'from 3 Mar 2026, best by 3 Apr 2026, at the latest 3 Jun 2026'. Empty without a window."""
    if not (earliest and target and latest):
        return ""
    return _("from {earliest}, best by {target}, at the latest {latest}").format(
        earliest=date_words(earliest), target=date_words(target), latest=date_words(latest)
    )


def override_view(row: LesionAssessment) -> OverrideView:
    """The override that stands for a lesion."""
    kind = OverrideKind(row.override_kind)
    by_then = _("at the latest {day}").format(day=date_words(row.latest_on))
    what = {
        OverrideKind.SOONER: by_then,
        OverrideKind.LATER: by_then,
        OverrideKind.MODALITY: label_of(Modality, row.preferred_modality),
    }.get(kind, "")
    return OverrideView(
        kind=_(str(kind.label)),
        what=what,
        reason=row.override_reason,
        author=name_of_user(row.assessed_by, _(MACHINE)),
        on=date_words(row.as_of),
        expires=date_words(row.override_expires_on),
    )


def _modalities(codes: Iterable[str]) -> str:
    return joined(label_of(Modality, code) for code in codes)


def _biopsy(row: LesionAssessment, answer: dict[str, Any]) -> str:
    if not row.biopsy_allowed:
        return ""
    reasons = joined(label_of(BiopsyReason, code) for code in answer.get("biopsy_reasons", []))
    allowed = _("The MDT may consider biopsy ({reasons}).").format(reasons=reasons)
    cautions = [said(text).words for text in answer.get("biopsy_cautions", [])]
    return " ".join([allowed, *cautions])
