"""One decision, decided again from the facts stored with it. Read-only."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from surveillance.models import LesionAssessment
from surveillance.recomputing import Recomputed, Verdict, recompute
from surveillance.web.access import SignedInRequest, lesion_or_404, signed_in
from surveillance.web.looks import note_look
from surveillance.web.recommendation_view import override_view, recommendation_view
from surveillance.web.wording import Tag, lesion_words, moment_words, name_of_patient

SAME = "Today’s software gives exactly the same answer."
TAGS = {
    Verdict.SAME: Tag("Same answer", "good"),
    Verdict.OTHER_VERSION_SAME_ANSWER: Tag("Same answer, newer protocol", "good"),
    Verdict.OTHER_VERSION_OTHER_ANSWER: Tag("The protocol has changed since", "due"),
    Verdict.CONTRADICTION: Tag("Not the same answer", "overdue"),
    Verdict.UNREADABLE: Tag("Cannot be computed again", "overdue"),
}


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One field of the answer that differs."""

    name: str
    then: str
    now: str


@require_safe
@signed_in
def decision_page(request: SignedInRequest, pk: UUID, sequence: int) -> HttpResponse:
    """What was decided, and what the same facts give today; that it was looked at is recorded."""
    lesion = lesion_or_404(request.user, pk)
    rows = LesionAssessment.objects.filter(lesion=lesion)
    row = get_object_or_404(rows.select_related("assessed_by", "overrides"), pk=sequence)
    note_look(request, lesion.patient)
    found = recompute(row)
    context = {
        "name": lesion_words(lesion),
        "patient": name_of_patient(lesion.patient),
        "patient_url": reverse("patient", args=[lesion.patient_id]),
        "history_url": reverse("lesion_history", args=[lesion.pk]),
        "tag": TAGS[found.verdict],
        "verdict": verdict_words(row, found),
        "differences": [_row(one.field, one.then, one.now) for one in found.differences],
        "advice": recommendation_view(row, moment_words(row.assessed_at, lesion.patient.site)),
        "override": override_view(row) if row.override_kind else None,
        "facts": json.dumps(row.inputs, indent=2, ensure_ascii=False),
    }
    return render(request, "surveillance/history/decision.html", context)


def verdict_words(row: LesionAssessment, found: Recomputed) -> str:
    """One sentence for the reader: the same, or which version and which rule differ."""
    then, now = row.protocol_version, found.version_now
    rules = f"rule {row.rule} then, rule {found.answer.get('rule', '')} now"
    return {
        Verdict.SAME: f"{SAME} Rule {row.rule}, protocol version {then}.",
        Verdict.OTHER_VERSION_SAME_ANSWER: (
            f"Decided under protocol version {then}; version {now} answers these facts alike, "
            f"with rule {row.rule}."
        ),
        Verdict.OTHER_VERSION_OTHER_ANSWER: (
            f"Decided under protocol version {then}; version {now} answers these facts "
            f"otherwise: {rules}."
        ),
        Verdict.CONTRADICTION: (
            f"Protocol version {then} is still in use and answers the same facts otherwise "
            f"({rules}). This must never be: tell those who run this system."
        ),
        Verdict.UNREADABLE: f"The stored facts cannot be read today: {found.problem}",
    }[found.verdict]


def _row(field: str, then: Any, now: Any) -> DifferenceRow:
    return DifferenceRow(field.replace("_", " "), _text(then), _text(now))


def _text(value: Any) -> str:
    if value is None:
        return "nothing"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
