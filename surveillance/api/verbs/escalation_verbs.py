"""Verbs that answer an escalation."""

from typing import Any

from rest_framework import serializers

from surveillance.api.scopes import Scope
from surveillance.api.verbs import results
from surveillance.api.verbs.follow_up_verbs import DisownInput, OutsideCareInput
from surveillance.api.verbs.lesion_verbs import OVERRIDE_KINDS, OverrideInput
from surveillance.api.verbs.reading import LONGEST_WORDS, Said, maybe_day, word
from surveillance.api.verbs.targets import ESCALATION
from surveillance.api.verbs.verb import Ask, Verb
from surveillance.models import NotIndicated, OverrideKind
from surveillance.protocol.terms import Modality
from surveillance.roles import Permission
from surveillance.workflows.acknowledge_escalation import acknowledge_escalation
from surveillance.workflows.answer_followed_elsewhere import answer_followed_elsewhere
from surveillance.workflows.answer_not_indicated import answer_not_indicated
from surveillance.workflows.answer_ordered import answer_ordered
from surveillance.workflows.answer_plan_changed import answer_plan_changed
from surveillance.workflows.disown import disown

PLAN_KINDS = [one for one in OVERRIDE_KINDS if one != OverrideKind.CLOSE]
"""Ending surveillance is another answer."""


class Seen(Said):
    """What the caller had read when it answered."""

    seen_acknowledged_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        help_text="`acknowledged_at` as you last read it (null: nobody had answered): where "
        "somebody answered since, yours is refused. Left out: it stands beside theirs",
    )


class AcknowledgeInput(Seen):
    """What is done next, and until when the escalation is silent for it."""

    next_action = serializers.CharField(max_length=LONGEST_WORDS)
    until = serializers.DateField()


class OrderedInput(Seen):
    """The order that was placed, and by when the appointment is made."""

    order_number = serializers.CharField(max_length=64)
    ordered_on = serializers.DateField()
    until = serializers.DateField()


class PlanInput(Seen, OverrideInput):
    """Another plan than the rule’s, and by when it is arranged."""

    kind = serializers.ChoiceField(choices=PLAN_KINDS)
    until = serializers.DateField()


class NotIndicatedInput(Seen):
    """Why it is not indicated; only a clinician’s signature ends anything."""

    why = word(NotIndicated)
    reason = serializers.CharField(max_length=LONGEST_WORDS)
    is_signed = serializers.BooleanField(default=False)
    until = maybe_day()


class ElsewhereInput(Seen, OutsideCareInput):
    """Care elsewhere, and by when its report is here."""

    until = serializers.DateField()


def _said(ask: Ask) -> dict[str, Any]:
    """What is said, about the escalation as the caller saw it: the workflows refuse to answer what
    was answered since."""
    said = dict(ask.said)
    if "seen_acknowledged_at" in said:
        ask.row.acknowledged_at = said.pop("seen_acknowledged_at")
    return said


def _acknowledge(ask: Ask) -> object:
    return acknowledge_escalation(escalation=ask.row, **_said(ask), **ask.signed)


def _ordered(ask: Ask) -> object:
    return answer_ordered(escalation=ask.row, **_said(ask), **ask.signed)


def _plan(ask: Ask) -> object:
    said = _said(ask)
    modality = said.pop("modality", None)
    said["kind"] = OverrideKind(said["kind"])
    chosen = Modality(modality) if modality else None
    return answer_plan_changed(escalation=ask.row, modality=chosen, **said, **ask.signed)


def _not_indicated(ask: Ask) -> object:
    said = _said(ask) | {"why": NotIndicated(ask.said["why"])}
    if said["is_signed"]:
        ask.caller.require(Permission.CLOSE_SIGNED, ask.row.follow_up.site)
    return answer_not_indicated(escalation=ask.row, **said, **ask.signed)


def _elsewhere(ask: Ask) -> object:
    return answer_followed_elsewhere(escalation=ask.row, **_said(ask), **ask.signed)


def _disown(ask: Ask) -> object:
    return disown(escalation=ask.row, note=ask.said["note"], **ask.signed)


VERBS = (
    Verb(
        Scope.ACKNOWLEDGE_ESCALATION, Permission.ACKNOWLEDGE, AcknowledgeInput,
        results.EscalationResult, _acknowledge,
        {"next_action": "Calling the family", "until": "2026-09-05"}, ESCALATION,
        summary="Say what is done next; it comes back after that day",
    ),
    Verb(
        Scope.ANSWER_ORDERED, Permission.ACKNOWLEDGE, OrderedInput, results.AnswerResult,
        _ordered, {"order_number": "ORD-1", "ordered_on": "2026-09-01", "until": "2026-09-05"},
        ESCALATION, summary="Order placed",
    ),
    Verb(
        Scope.ANSWER_PLAN_CHANGED, Permission.OVERRIDE, PlanInput, results.AnswerResult, _plan,
        {
            "kind": "SOONER", "reason": "Growing", "latest_on": "2026-10-01",
            "until": "2026-09-05",
        },
        ESCALATION, summary="A clinician changes the plan",
    ),
    Verb(
        Scope.ANSWER_NOT_INDICATED, Permission.ACKNOWLEDGE, NotIndicatedInput,
        results.AnswerResult, _not_indicated,
        {"why": "NOT_APPROPRIATE", "reason": "Palliative care", "is_signed": True}, ESCALATION,
        summary="Not indicated; signed by a clinician it ends the lesion’s surveillance",
    ),
    Verb(
        Scope.ANSWER_FOLLOWED_ELSEWHERE, Permission.ACKNOWLEDGE, ElsewhereInput,
        results.AnswerResult, _elsewhere,
        {
            "institution": "South Hospital", "evidence": "Letter of 1 August",
            "expires_on": "2026-10-01", "until": "2026-09-05",
        },
        ESCALATION, summary="Followed elsewhere; it ends nothing",
    ),
    Verb(
        Scope.DISOWN, Permission.ACKNOWLEDGE, DisownInput, results.EscalationResult, _disown,
        {"note": "Of the other clinic"}, ESCALATION, summary="Pass it on: not mine",
    ),
)  # fmt: skip
