"""A clinician's answers to an escalation, each a short form that works on a phone."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
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
from surveillance.web.ended_escalation import ended_words, is_late, say_if_ended, to_the_case
from surveillance.web.escalation_view import AnswerLink, seen_words
from surveillance.web.refusals import accepted
from surveillance.web.same_answer import Reach, answer_ticked, offer_same_answer
from surveillance.workflows.answer_followed_elsewhere import answer_followed_elsewhere
from surveillance.workflows.answer_not_indicated import answer_not_indicated
from surveillance.workflows.answer_ordered import answer_ordered
from surveillance.workflows.answer_plan_changed import answer_plan_changed
from surveillance.workflows.override_assessment import dates_not_offered
from surveillance.workflows.record_outside_care import latest_expiry

LIMIT = timedelta(days=ACKNOWLEDGEMENT_LIMIT_DAYS.value)

ORDERED = Action(
    gettext_noop("Order placed"),
    gettext_noop("Save order"),
    gettext_noop(
        "An order is not an exam: without an appointment the escalation comes back on the day you "
        "name."
    ),
)
PLAN = Action(
    gettext_noop("Change the plan"),
    gettext_noop("Sign this plan"),
    gettext_noop(
        "The rule stays in view beside your decision. The last day of an at-risk follow-up never "
        "moves later."
    ),
)
NOT_INDICATED = Action(
    gettext_noop("Not indicated"),
    gettext_noop("Save answer"),
    gettext_noop(
        "Only a clinician’s signature that surveillance is not appropriate ends what is owed. With "
        "any other reason your answer is kept, and it stays owed until the fact itself is on file."
    ),
    is_warning=True,
)
ELSEWHERE = Action(
    gettext_noop("Followed elsewhere"),
    gettext_noop("Save evidence"),
    gettext_noop(
        "It ends nothing: an exam at another institution counts once its report is on file. A "
        "second person is asked to look at your evidence, and the owner to ask for the report."
    ),
)

ANSWERS: tuple[tuple[Permission, str, str], ...] = (
    (Permission.ACKNOWLEDGE, gettext_noop("Order placed"), "escalation_ordered"),
    (Permission.RECORD_EXAM, gettext_noop("Record the answer"), "follow_up_answer"),
    (Permission.OVERRIDE, gettext_noop("Change the plan"), "escalation_plan"),
    (Permission.ACKNOWLEDGE, gettext_noop("Not indicated"), "escalation_not_indicated"),
    (Permission.ACKNOWLEDGE, gettext_noop("Followed elsewhere"), "escalation_elsewhere"),
)
"""The answers in the order in which they are offered: who may, words, address by the escalation's
id (what a referral brought: by the follow-up's)."""
FITS = {
    "escalation_ordered": frozenset({ObligationKind.IMAGING}),
    "follow_up_answer": frozenset({ObligationKind.REFERRAL}),
    "escalation_elsewhere": frozenset({ObligationKind.IMAGING, ObligationKind.REFERRAL}),
}
"""To which obligations an answer fits, where not to all: nothing is ordered for a referral or a
decision, and nobody elsewhere takes a decision of this site."""


def answer_links(row: Escalation, allowed: frozenset[Permission]) -> tuple[AnswerLink, ...]:
    """The answers that this person may give to an escalation that is not resolved."""
    if row.resolved_at is not None:
        return ()
    return tuple(
        AnswerLink(_(words), _address(name, row))
        for permission, words, name in ANSWERS
        if permission in allowed and _fits(name, row)
    )


def _fits(name: str, row: Escalation) -> bool:
    return name not in FITS or row.follow_up.kind in FITS[name]


def _address(name: str, row: Escalation) -> str:
    is_of_follow_up = name == "follow_up_answer"
    return reverse(name, args=[row.follow_up_id if is_of_follow_up else row.pk])


@dataclass(frozen=True, slots=True)
class Visit:
    """One request about one escalation: by whom, at which moment."""

    request: SignedInRequest
    escalation: Escalation
    now: datetime

    @property
    def today(self) -> date:
        """The site's day."""
        return self.escalation.follow_up.site.local_date(self.now)

    def form(self, kind: type[forms.Form], **more: Any) -> forms.Form:
        """The form, as sent or prefilled: today where a day is asked, the longest promise."""
        initial = {
            "seen": seen_words(self.escalation),
            "ordered_on": self.today,
            "until": self.today + LIMIT,
        }
        is_sent = self.request.method == "POST"
        return kind(self.request.POST if is_sent else None, initial=initial, **more)

    def as_seen(self, form: forms.Form) -> Escalation:
        """The escalation as the page showed it: an answer of somebody else since is noticed."""
        seen = copy(self.escalation)
        seen.acknowledged_at = form.cleaned_data["seen"]
        return seen

    def offer_same(
        self, form: forms.Form, name: str, *, is_of_lesion: bool = False
    ) -> list[Escalation]:
        """Tick boxes for the patient's other escalations that this answer can be given to."""
        reach = Reach(FITS.get(name, frozenset(ObligationKind)), is_of_lesion)
        return offer_same_answer(form, self.request, self.escalation, self.today, reach)


def _visit(request: SignedInRequest, pk: UUID, name: str) -> Visit:
    """The escalation, if this person may see it and the answer fits it (else 404), and if they may
    answer so (else 403)."""
    escalation = escalation_or_404(request.user, pk)
    [permission] = [who for who, _words, each in ANSWERS if each == name]
    require(request.user, permission, escalation.follow_up.site)
    if not _fits(name, escalation):
        raise Http404
    return Visit(request, escalation, timezone.now())


def _finish(
    here: Visit, action: Action, form: forms.Form, act: Callable[[Escalation], object]
) -> HttpResponse:
    """Answer once the form is whole, and go back to the escalation; else show what to mend."""
    row = here.escalation

    def answer() -> None:
        answer_ticked(form, here.as_seen(form), act)

    if form.is_valid() and accepted(form, answer, lambda _refused: ended_words(row)):
        messages.success(here.request, _("Your answer is on file."))
        return redirect("escalation", pk=row.pk)
    say_if_ended(form, row)
    subject = subject_of(row.follow_up.patient, here.today, row.follow_up)
    return show(here.request, action, subject, form)


@require_http_methods(["GET", "POST"])
@signed_in
def ordered(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Order placed: number, day, and by when the appointment is made."""
    here = _visit(request, pk, "escalation_ordered")
    if is_late(request, here.escalation):
        return to_the_case(request, here.escalation)
    form = here.form(OrderAnswerForm)
    here.offer_same(form, "escalation_ordered")

    def act(escalation: Escalation) -> None:
        said = form.cleaned_data
        answer_ordered(
            escalation=escalation,
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
    here = _visit(request, pk, "escalation_plan")
    if is_late(request, here.escalation):
        return to_the_case(request, here.escalation)
    not_offered = dates_not_offered(here.escalation.follow_up.lesion, here.today)
    form = here.form(PlanAnswerForm, not_offered=not_offered)
    here.offer_same(form, "escalation_plan", is_of_lesion=True)

    def act(escalation: Escalation) -> None:
        said = form.cleaned_data
        answer_plan_changed(
            escalation=escalation,
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
    here = _visit(request, pk, "escalation_not_indicated")
    if is_late(request, here.escalation):
        return to_the_case(request, here.escalation)
    allowed = permissions_at(request.user, here.escalation.follow_up.site)
    form = here.form(NotIndicatedForm, may_sign=Permission.CLOSE_SIGNED in allowed)
    others = here.offer_same(form, "escalation_not_indicated", is_of_lesion=True)
    if others and "is_signed" in form.fields:
        form.fields["is_signed"].label = _(
            "I sign that surveillance of this lesion, and of each one ticked below, is not "
            "appropriate any more"
        )

    def act(escalation: Escalation) -> None:
        said = form.cleaned_data
        answer_not_indicated(
            escalation=escalation,
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
    here = _visit(request, pk, "escalation_elsewhere")
    if is_late(request, here.escalation):
        return to_the_case(request, here.escalation)
    latest = latest_expiry(here.escalation.follow_up, here.today)
    form = here.form(ElsewhereAnswerForm, latest=latest)
    here.offer_same(form, "escalation_elsewhere")

    def act(escalation: Escalation) -> None:
        said = form.cleaned_data
        answer_followed_elsewhere(
            escalation=escalation,
            institution=said["institution"],
            evidence=said["evidence"],
            document_reference=said["document_reference"],
            expires_on=said["expires_on"],
            until=said["until"],
            by=request.user,
            now=here.now,
        )

    return _finish(here, ELSEWHERE, form, act)
