"""One decision, decided again from the facts stored with it. Read-only."""

import json
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from patients.workflows.record_view import record_view
from surveillance.models import LesionAssessment
from surveillance.recomputing import Recomputed, Verdict, recompute
from surveillance.web.access import SignedInRequest, lesion_or_404, signed_in
from surveillance.web.recommendation_view import override_view, recommendation_view
from surveillance.web.wording import Tag, lesion_words, moment_words, name_of_patient

SAME = gettext_noop("Today’s software gives exactly the same answer.")
TAGS = {
    Verdict.SAME: Tag(gettext_noop("Same answer"), "good"),
    Verdict.OTHER_VERSION_SAME_ANSWER: Tag(gettext_noop("Same answer, newer protocol"), "good"),
    Verdict.OTHER_VERSION_OTHER_ANSWER: Tag(gettext_noop("The protocol has changed since"), "due"),
    Verdict.CONTRADICTION: Tag(gettext_noop("Not the same answer"), "overdue"),
    Verdict.UNREADABLE: Tag(gettext_noop("Cannot be computed again"), "overdue"),
}
VERDICTS = {
    Verdict.OTHER_VERSION_SAME_ANSWER: gettext_noop(
        "Decided under protocol version {then}; version {now} answers these facts alike, with rule "
        "{rule}."
    ),
    Verdict.OTHER_VERSION_OTHER_ANSWER: gettext_noop(
        "Decided under protocol version {then}; version {now} answers these facts otherwise: rule "
        "{rule} then, rule {rule_now} now."
    ),
    Verdict.CONTRADICTION: gettext_noop(
        "Protocol version {then} is still in use and answers the same facts otherwise (rule {rule} "
        "then, rule {rule_now} now). This must never be: tell those who run this system."
    ),
    Verdict.UNREADABLE: gettext_noop("The stored facts cannot be read today: {problem}"),
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
    record_view(patient=lesion.patient, by=request.user, now=timezone.now(), page="decision")
    found = recompute(row)
    tag = TAGS[found.verdict]
    context = {
        "name": lesion_words(lesion),
        "patient": name_of_patient(lesion.patient),
        "patient_url": reverse("patient", args=[lesion.patient_id]),
        "history_url": reverse("lesion_history", args=[lesion.pk]),
        "tag": replace(tag, words=_(tag.words)),
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
    if found.verdict == Verdict.SAME:
        words = _("Rule {rule}, protocol version {version}.")
        return f"{_(SAME)} {words.format(rule=row.rule, version=then)}"
    return _(VERDICTS[found.verdict]).format(
        then=then,
        now=now,
        rule=row.rule,
        rule_now=found.answer.get("rule", ""),
        problem=found.problem,
    )


def _row(field: str, then: Any, now: Any) -> DifferenceRow:
    return DifferenceRow(field.replace("_", " "), _text(then), _text(now))


def _text(value: Any) -> str:
    if value is None:
        return _("nothing")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
