"""CDS Hooks 2.0 cards: what is owed to a patient, why, and what to order. Rows in, JSON out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from surveillance.fhir_out.elements import Context, Json, concept, known, period, reference
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


@dataclass(frozen=True, slots=True)
class Owed:
    """An open follow-up on a day, and the page on which it stands."""

    follow_up: FollowUp
    on: date
    url: str


def cards_of(owed: Sequence[Owed], context: Context, *, patient_in_ehr: str) -> list[Json]:
    """One card for each open follow-up, the most dangerous first; none where nothing is owed."""
    return [_card(one, context, patient_in_ehr) for one in owed]


def doubt_card(summary: str, detail: str, url: str) -> Json:
    """One card that says why nothing is shown: nobody's debt stands at another's record."""
    return {
        "summary": summary[:LONGEST_SUMMARY],
        "indicator": "warning",
        "detail": detail,
        "source": {"label": "HepCalc Surveillance", "url": url},
        "links": [{"label": "Find the patient in HepCalc", "url": url, "type": "absolute"}],
    }


def _card(owed: Owed, context: Context, patient_in_ehr: str) -> Json:
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
        card["suggestions"] = [_suggestion(owed, context, patient_in_ehr)]
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
    cites = f" ({', '.join(answer['cites'])})" if answer.get("cites") else ""
    lines = [
        *answer.get("reasons", ()),
        window,
        f"Not on record: {', '.join(missing)}." if missing else "",
        f"Rule {row.assessment.rule}, protocol {row.assessment.protocol_version}{cites}.",
        f"*{FOR_REVIEW}*",
    ]
    return "\n\n".join(line for line in lines if line)


def _source(owed: Owed) -> Json:
    return {
        "label": "HepCalc Surveillance",
        "url": owed.url,
        "topic": {"system": "urn:hepcalc:term:rule", "code": owed.follow_up.assessment.rule},
    }


def _suggestion(owed: Owed, context: Context, patient_in_ehr: str) -> Json:
    """An order that the EHR can take: about its own patient, from today on, the reason in words."""
    row = owed.follow_up
    [request] = service_request(row, context)
    for ours in ("id", "identifier", "reasonReference", "subject"):
        request.pop(ours, None)
    draft = request | known(
        status="draft",
        intent="proposal",
        subject=reference("Patient", patient_in_ehr) if patient_in_ehr else None,
        occurrencePeriod=period(max(row.earliest_on, owed.on), max(row.latest_on, owed.on)),
        reasonCode=[concept(text=_summary(owed))],
    )
    label = f"Order {_what(row)}"
    return {
        "label": label,
        "uuid": str(row.pk),
        "isRecommended": True,
        "actions": [{"type": "create", "description": label, "resource": draft}],
    }


def order_cards(owed: Sequence[Owed], ordered: frozenset[Modality]) -> list[Json]:
    """For the imaging that is being ordered: whether it is what the protocol advises, one of its
    alternatives, or no answer; one card for each lesion that is owed imaging."""
    wanted = [one for one in owed if one.follow_up.kind == ObligationKind.IMAGING]
    return [_order_card(one, ordered) for one in wanted if ordered]


def _order_card(owed: Owed, ordered: frozenset[Modality]) -> Json:
    row = owed.follow_up
    answers = bool(ordered & allowed_for(row))
    return {
        "uuid": str(row.pk),
        "summary": _assent(row, ordered, answers)[:LONGEST_SUMMARY],
        "indicator": "info" if answers else "warning",
        "detail": _detail(owed),
        "source": _source(owed),
    }


def _assent(row: FollowUp, ordered: frozenset[Modality], answers: bool) -> str:
    named = " and ".join(sorted(modality.label for modality in ordered))
    lesion = f"what lesion {row.lesion.label} is owed"
    if not answers:
        return f"{named} does not answer {lesion}: {_what(row)}"
    if ordered & _advised(row):
        return f"{named} is {lesion}"
    return f"{named} may stand in for {lesion}; advised is {Modality(row.advised_modality).label}"


def _advised(row: FollowUp) -> frozenset[Modality]:
    """The exam that is advised first; contrast MRI is one of either kind."""
    advised = frozenset({Modality(row.advised_modality)} if row.advised_modality else ())
    return CONTRAST_MRI if advised == {Modality.MRI_CONTRAST} else advised


def allowed_for(row: FollowUp) -> frozenset[Modality]:
    """The exams that the decision behind it offers; contrast MRI is one of either kind."""
    answer = row.assessment.answer
    named = [row.advised_modality, *answer.get("alternatives", ())]
    offered = frozenset(Modality(one) for one in named if one)
    return offered | CONTRAST_MRI if offered & CONTRAST_MRI else offered
