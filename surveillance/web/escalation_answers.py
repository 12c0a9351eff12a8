"""A clinician's answers to an escalation, each a short form that works on a phone."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from surveillance.models import Escalation, NotIndicated, OverrideKind
from surveillance.protocol.parameters import ACKNOWLEDGEMENT_LIMIT_DAYS
from surveillance.protocol.terms import Modality, ObligationKind
from surveillance.roles import Permission, permissions_at
from surveillance.web.access import SignedInRequest, escalation_or_404, require, signed_in
from surveillance.web.action_page import Action, show, subject_of
from surveillance.web.answer_forms import (
    ElsewhereAnswerForm,
    NotIndicatedForm,
    OrderAnswerForm,
    PlanAnswerForm,
)
from surveillance.web.escalation_view import AnswerLink, seen_words
from surveillance.web.refusals import accepted
from surveillance.workflows.answer_followed_elsewhere import answer_followed_elsewhere
from surveillance.workflows.answer_not_indicated import answer_not_indicated
from surveillance.workflows.answer_ordered import answer_ordered
from surveillance.workflows.answer_plan_changed import answer_plan_changed
from surveillance.workflows.override_assessment import dates_not_offered
from surveillance.workflows.record_outside_care import latest_expiry

LIMIT = timedelta(days=ACKNOWLEDGEMENT_LIMIT_DAYS.value)

ORDERED = Action(
    "Order placed",
    "Save order",
    "An order is not an exam: without an appointment the escalation comes back on the day you "
    "name.",
)
PLAN = Action(
    "Change the plan",
    "Sign this plan",
    "The rule stays in view beside your decision. The last day of an at-risk follow-up never moves "
    "later.",
)
NOT_INDICATED = Action(
    "Not indicated",
    "Save answer",
    "Only a clinician’s signature that surveillance is not appropriate ends what is owed. With any "
    "other reason your answer is kept, and it stays owed until the fact itself is on file.",
    is_warning=True,
)
ELSEWHERE = Action(
    "Followed elsewhere",
    "Save evidence",
    "It ends nothing: an exam at another institution counts once its report is on file. A second "
    "person is asked to look at your evidence, and the owner to ask for the report.",
)

ANSWERS: tuple[tuple[Permission, str, str], ...] = (
    (Permission.ACKNOWLEDGE, "Order placed", "escalation_ordered"),
    (Permission.OVERRIDE, "Change the plan", "escalation_plan"),
    (Permission.ACKNOWLEDGE, "Not indicated", "escalation_not_indicated"),
    (Permission.ACKNOWLEDGE, "Followed elsewhere", "escalation_elsewhere"),
)
"""The answers in the order in which they are offered: who may, words, address by the escalation's
id. Handing it on to the right person ("Not mine") asks nothing, so it is a button of its own."""


def answer_links(row: Escalation, allowed: frozenset[Permission]) -> tuple[AnswerLink, ...]:
    """The answers that this person may give to an escalation that is not resolved."""
    if row.resolved_at is not None:
        return ()
    is_review = row.follow_up.kind == ObligationKind.REVIEW
    return tuple(
        AnswerLink(words, reverse(name, args=[row.pk]))
        for permission, words, name in ANSWERS
        if permission in allowed and not (is_review and name == "escalation_ordered")
    )


@dataclass(frozen=True, slots=True)
class Visit:
    """One request about one escalation: by whom, at which moment."""

    request: SignedInRequest
    escalation: Escalation
    now: datetime

    def form(self, kind: type[forms.Form], **more: Any) -> forms.Form:
        """The form, as sent or prefilled: today where a day is asked, the longest promise."""
        today = self.escalation.follow_up.site.local_date(self.now)
        initial = {
            "seen": seen_words(self.escalation),
            "ordered_on": today,
            "until": today + LIMIT,
        }
        is_sent = self.request.method == "POST"
        return kind(self.request.POST if is_sent else None, initial=initial, **more)

    def as_seen(self, form: forms.Form) -> Escalation:
        """The escalation as the page showed it: an answer of somebody else since is noticed."""
        seen = copy(self.escalation)
        seen.acknowledged_at = form.cleaned_data["seen"]
        return seen


def _visit(request: SignedInRequest, pk: UUID, permission: Permission) -> Visit:
    """The escalation, if this person may see it (else 404) and may answer so (else 403)."""
    escalation = escalation_or_404(request.user, pk)
    require(request.user, permission, escalation.follow_up.site)
    return Visit(request, escalation, timezone.now())


def _finish(
    here: Visit, action: Action, form: forms.Form, act: Callable[[], object]
) -> HttpResponse:
    """Answer once the form is whole, and go back to the escalation; else show what to mend."""
    row = here.escalation
    if form.is_valid() and accepted(form, act):
        messages.success(here.request, "Your answer is on file.")
        return redirect("escalation", pk=row.pk)
    follow_up = row.follow_up
    subject = subject_of(follow_up.patient, follow_up.site.local_date(here.now), follow_up)
    return show(here.request, action, subject, form)


@require_http_methods(["GET", "POST"])
@signed_in
def ordered(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Order placed: number, day, and by when the appointment is made."""
    here = _visit(request, pk, Permission.ACKNOWLEDGE)
    if here.escalation.follow_up.kind == ObligationKind.REVIEW:
        raise Http404
    form = here.form(OrderAnswerForm)

    def act() -> None:
        said = form.cleaned_data
        answer_ordered(
            escalation=here.as_seen(form),
            order_number=said["order_number"],
            ordered_on=said["ordered_on"],
            until=said["until"],
            by=request.user,
            now=here.now,
        )

    return _finish(here, ORDERED, form, act)


@require_http_methods(["GET", "POST"])
@signed_in
def plan_changed(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Change plan: a clinician's decision beside the rule."""
    here = _visit(request, pk, Permission.OVERRIDE)
    follow_up = here.escalation.follow_up
    not_offered = dates_not_offered(follow_up.lesion, follow_up.site.local_date(here.now))
    form = here.form(PlanAnswerForm, not_offered=not_offered)

    def act() -> None:
        said = form.cleaned_data
        answer_plan_changed(
            escalation=here.as_seen(form),
            kind=OverrideKind(said["kind"]),
            reason=said["reason"],
            latest_on=said.get("latest_on"),
            modality=Modality(said["modality"]) if said["modality"] else None,
            expires_on=said["expires_on"],
            until=said["until"],
            by=request.user,
            now=here.now,
        )

    return _finish(here, PLAN, form, act)


@require_http_methods(["GET", "POST"])
@signed_in
def not_indicated(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Not indicated: signed, it ends the lesion's surveillance; else it is an answer only."""
    here = _visit(request, pk, Permission.ACKNOWLEDGE)
    allowed = permissions_at(request.user, here.escalation.follow_up.site)
    form = here.form(NotIndicatedForm, may_sign=Permission.CLOSE_SIGNED in allowed)

    def act() -> None:
        said = form.cleaned_data
        answer_not_indicated(
            escalation=here.as_seen(form),
            why=NotIndicated(said["why"]),
            reason=said["reason"],
            is_signed=said.get("is_signed", False),
            until=said["until"],
            by=request.user,
            now=here.now,
        )

    return _finish(here, NOT_INDICATED, form, act)


@require_http_methods(["GET", "POST"])
@signed_in
def elsewhere(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Followed elsewhere: where, what shows it, until when it counts."""
    here = _visit(request, pk, Permission.ACKNOWLEDGE)
    follow_up = here.escalation.follow_up
    latest = latest_expiry(follow_up, follow_up.site.local_date(here.now))
    form = here.form(ElsewhereAnswerForm, latest=latest)

    def act() -> None:
        said = form.cleaned_data
        answer_followed_elsewhere(
            escalation=here.as_seen(form),
            institution=said["institution"],
            evidence=said["evidence"],
            document_reference=said["document_reference"],
            expires_on=said["expires_on"],
            until=said["until"],
            by=request.user,
            now=here.now,
        )

    return _finish(here, ELSEWHERE, form, act)
