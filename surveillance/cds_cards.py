"""CDS Hooks 2.0 cards: what is owed to a patient, why, and what to order. Rows in, JSON out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from surveillance.fhir_out.codes import PROCEDURES
from surveillance.fhir_out.elements import Context, Json
from surveillance.fhir_out.obligations import service_request
from surveillance.models import FollowUp
from surveillance.obligations import window_of
from surveillance.protocol.modality import CONTRAST_MRI
from surveillance.protocol.terms import EscalationClass, Modality, ObligationKind, Stage
from surveillance.protocol.timeliness import overdue_days, stage_on

LONGEST_SUMMARY: Final = 140
"""Characters, by the specification."""
FOR_REVIEW: Final = "For clinician review: it supports the clinician's judgement and replaces none."
OVERRIDE_REASONS: Final = {
    "done-elsewhere": "Done or followed elsewhere",
    "ordered-otherwise": "Ordered already, otherwise",
    "patient-declines": "The patient declines",
    "not-indicated": "Not indicated for this patient",
    "later": "Not now",
}
REASON_SYSTEM: Final = "urn:hepcalc:term:cds-override-reason"
_CODES: Final = {code: modality for modality, (code, _words) in PROCEDURES.items()}


@dataclass(frozen=True, slots=True)
class Owed:
    """An open follow-up on a day, and the page on which it stands."""

    follow_up: FollowUp
    on: date
    url: str


def cards_of(owed: Sequence[Owed], context: Context) -> list[Json]:
    """One card for each open follow-up, the most dangerous first; none where nothing is owed."""
    return [_card(one, context) for one in owed]


def _card(owed: Owed, context: Context) -> Json:
    row = owed.follow_up
    card: Json = {
        "uuid": str(row.pk),
        "summary": _summary(owed),
        "indicator": indicator(owed),
        "detail": _detail(owed),
        "source": _source(owed),
        "links": [{"label": "Open the case in HepCalc", "url": owed.url, "type": "absolute"}],
        "overrideReasons": [
            {"code": code, "system": REASON_SYSTEM, "display": words}
            for code, words in OVERRIDE_REASONS.items()
        ],
    }
    if row.kind == ObligationKind.IMAGING and row.ordered_on is None:
        card["suggestions"] = [_suggestion(row, context)]
        card["selectionBehavior"] = "at-most-one"
    return card


def _summary(owed: Owed) -> str:
    row = owed.follow_up
    days = overdue_days(window_of(row), owed.on)
    when = f"overdue by {days} days" if days else f"due by {row.latest_on.isoformat()}"
    return f"Liver lesion {row.lesion.label}: {_what(row)}, {when}"[:LONGEST_SUMMARY]


def _what(row: FollowUp) -> str:
    kind = row.get_recommendation_display()
    return f"{kind} ({Modality(row.advised_modality).label})" if row.advised_modality else str(kind)


def indicator(owed: Owed) -> str:
    """critical: overdue and not of the low class; warning: overdue, urgent or due; else info."""
    row = owed.follow_up
    stage = stage_on(window_of(row), owed.on)
    is_low = row.escalation_class in (EscalationClass.LOW, EscalationClass.NONE)
    if stage is Stage.OVERDUE:
        return "warning" if is_low else "critical"
    is_urgent = row.escalation_class == EscalationClass.URGENT
    return "warning" if is_urgent or stage is Stage.DUE else "info"


def _detail(owed: Owed) -> str:
    """Why, from which rule and sentences, what was missing; in Markdown."""
    row, answer = owed.follow_up, owed.follow_up.assessment.answer
    days = (row.earliest_on, row.target_on, row.latest_on)
    window = f"Window: {days[0]} to {days[2]} (target {days[1]})."
    missing = answer.get("missing", ())
    lines = [
        *answer.get("reasons", ()),
        window,
        f"Not on record: {', '.join(missing)}." if missing else "",
        f"Rule {row.assessment.rule}, protocol {row.assessment.protocol_version}"
        f" ({', '.join(answer.get('cites', ()))}).",
        f"*{FOR_REVIEW}*",
    ]
    return "\n\n".join(line for line in lines if line)


def _source(owed: Owed) -> Json:
    return {
        "label": "HepCalc Surveillance",
        "url": owed.url,
        "topic": {"system": "urn:hepcalc:term:rule", "code": owed.follow_up.assessment.rule},
    }


def _suggestion(row: FollowUp, context: Context) -> Json:
    [request] = service_request(row, context)
    request.pop("id")
    draft = request | {"status": "draft", "intent": "proposal"}
    label = f"Order {_what(row)}"
    return {
        "label": label,
        "uuid": str(row.pk),
        "isRecommended": True,
        "actions": [{"type": "create", "description": label, "resource": draft}],
    }


def order_cards(owed: Sequence[Owed], drafts: Iterable[Json]) -> list[Json]:
    """For each imaging order that is being written: whether it is what the protocol advises.

    Orders that name no exam of ours are passed over in silence.
    """
    ordered = {modality for draft in drafts if (modality := modality_of(draft))}
    wanted = [one for one in owed if one.follow_up.kind == ObligationKind.IMAGING]
    return [_order_card(one, ordered) for one in wanted if ordered]


def modality_of(order: Json) -> Modality | None:
    """The exam that a ServiceRequest names by LOINC or in our own terms; None for any other."""
    code: Any = order.get("code")
    codings = code.get("coding") if isinstance(code, dict) else None
    for one in codings if isinstance(codings, list) else ():
        named = one.get("code") if isinstance(one, dict) else None
        if named in _CODES:
            return _CODES[named]
        if named in set(Modality):
            return Modality(named)
    return None


def _order_card(owed: Owed, ordered: set[Modality]) -> Json:
    row = owed.follow_up
    answers = bool(ordered & allowed_for(row))
    named = " and ".join(sorted(modality.label for modality in ordered))
    words = (
        f"{named} is what lesion {row.lesion.label} is owed"
        if answers
        else f"{named} does not answer what lesion {row.lesion.label} is owed: {_what(row)}"
    )
    return {
        "uuid": str(row.pk),
        "summary": words[:LONGEST_SUMMARY],
        "indicator": "info" if answers else "warning",
        "detail": _detail(owed),
        "source": _source(owed),
    }


def allowed_for(row: FollowUp) -> frozenset[Modality]:
    """The exams that the decision behind it offers; contrast MRI is one of either kind."""
    answer = row.assessment.answer
    named = [row.advised_modality, *answer.get("alternatives", ())]
    offered = frozenset(Modality(one) for one in named if one)
    return offered | CONTRAST_MRI if offered & CONTRAST_MRI else offered
