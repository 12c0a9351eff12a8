"""Where an escalation's e-mail leads: what is overdue, why, and the answer to it."""

from copy import copy
from datetime import date, datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from patients.workflows.record_view import record_view
from surveillance.absences import answers_for, people_standing_in
from surveillance.case_records import standing_overrides
from surveillance.models import Escalation, LesionAssessment
from surveillance.roles import Permission, permissions_at
from surveillance.web.access import SignedInRequest, escalation_or_404, require, signed_in
from surveillance.web.decision_forms import AcknowledgeForm
from surveillance.web.escalation_answers import answer_links
from surveillance.web.escalation_case import case_view
from surveillance.web.escalation_view import (
    answer_rows,
    escalation_detail,
    goes_on,
    other_link,
    seen_words,
)
from surveillance.web.queue_rows import days_words
from surveillance.web.recommendation_view import override_view, recommendation_view
from surveillance.web.refusals import accepted
from surveillance.web.same_answer import answer_ticked, offer_same_answer
from surveillance.web.wording import moment_words
from surveillance.workflows.acknowledge_escalation import acknowledge_escalation


@require_http_methods(["GET", "POST"])
@signed_in
def escalation_page(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The case in one page, and the form that takes it on."""
    escalation = escalation_or_404(request.user, pk)
    patient, now = escalation.follow_up.patient, timezone.now()
    form = AcknowledgeForm(
        request.POST if request.method == "POST" else None,
        initial={"seen": seen_words(escalation)},
    )
    others = offer_same_answer(form, request, escalation, patient.site.local_date(now))
    if request.method == "POST":
        require(request.user, Permission.ACKNOWLEDGE, patient.site)
        if form.is_valid() and accepted(form, lambda: _acknowledge(request, escalation, form, now)):
            messages.success(request, _("You have taken this on."))
            return redirect("escalation", pk=escalation.pk)
    else:
        record_view(patient=patient, by=request.user, now=now, page="escalation")
    return _show(request, escalation, form, others, now)


def _not_mine_url(escalation: Escalation, reader: int, today: date) -> str:
    """Where whoever answers for it says that it is not theirs; empty for everybody else."""
    if escalation.resolved_at is not None:
        return ""
    mine = answers_for(reader, escalation.follow_up.site_id, today)
    is_mine = escalation.owner_id in mine
    return reverse("escalation_not_mine", args=[escalation.pk]) if is_mine else ""


def _acknowledge(
    request: SignedInRequest, escalation: Escalation, form: AcknowledgeForm, now: datetime
) -> None:
    """Answer what the person saw: if somebody answered since, the workflow refuses."""
    as_seen = copy(escalation)
    as_seen.acknowledged_at = form.cleaned_data["seen"]

    def act(one: Escalation) -> None:
        acknowledge_escalation(
            escalation=one,
            next_action=form.cleaned_data["next_action"],
            until=form.cleaned_data["until"],
            by=request.user,
            now=now,
        )

    answer_ticked(form, as_seen, act)


def _show(
    request: SignedInRequest,
    escalation: Escalation,
    form: AcknowledgeForm,
    others: list[Escalation],
    now: datetime,
) -> HttpResponse:
    follow_up = escalation.follow_up
    today = follow_up.site.local_date(now)
    allowed = permissions_at(request.user, follow_up.site)
    newest = LesionAssessment.objects.filter(lesion=follow_up.lesion, overrides=None)
    decision = newest.newest_first().first() or follow_up.assessment
    override = standing_overrides([follow_up.lesion_id], today).get(follow_up.lesion_id)
    is_open = escalation.resolved_at is None
    context = {
        "case": case_view(follow_up, decision, today, is_open=is_open),
        "days": days_words(follow_up, today) if is_open else "",
        "escalation": escalation_detail(
            escalation, today, people_standing_in([follow_up.site_id], today)
        ),
        "advice": recommendation_view(decision, moment_words(decision.assessed_at, follow_up.site)),
        "override": override_view(override) if override else None,
        "form": form,
        "answers": answer_links(escalation, allowed),
        "given": answer_rows(escalation),
        "not_mine_url": _not_mine_url(escalation, request.user.pk, today),
        "may_answer": Permission.ACKNOWLEDGE in allowed and is_open,
        "others": [other_link(one, today) for one in others] if is_open else [],
        "goes_on": goes_on(escalation, today),
    }
    status = 422 if form.errors else 200
    return render(request, "surveillance/escalation.html", context, status=status)
