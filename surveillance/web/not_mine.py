""" "Not mine": to whom it would go is shown first, then it is passed on."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods

from surveillance.models import Escalation, FollowUp
from surveillance.models.disowning import FOLLOW_UP_ITSELF
from surveillance.roles import Permission
from surveillance.web.access import (
    SignedInRequest,
    escalation_or_404,
    follow_up_or_404,
    require,
    signed_in,
)
from surveillance.web.action_page import Action, show, subject_of
from surveillance.web.ended_escalation import ended_words, is_late, say_if_ended, to_the_case
from surveillance.web.forms import words
from surveillance.web.refusals import accepted, words_of
from surveillance.web.typed_form import TypedForm
from surveillance.web.way_back import go_back
from surveillance.web.wording import name_of_user
from surveillance.workflows.disown import disown
from surveillance.workflows.disown_follow_up import disown_follow_up
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.pass_on import who_is_next

NOT_MINE = Action(
    gettext_noop("Not mine"),
    gettext_noop("Pass it on"),
)


class NotMineForm(TypedForm):
    """What the next person should know; no word is needed."""

    note = words(
        gettext_lazy("Why"), gettext_lazy("For the next person, if it helps."), required=False
    )


@require_http_methods(["GET", "POST"])
@signed_in
def escalation_not_mine(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Say to whom an escalation would go (GET); pass it on (POST)."""
    row = escalation_or_404(request.user, pk)
    require(request.user, Permission.ACKNOWLEDGE, row.follow_up.site)
    if is_late(request, row):
        return to_the_case(request, row)
    form, now = _form(request), timezone.now()

    def act() -> None:
        passed = disown(escalation=row, by=request.user, now=now, note=form.cleaned_data["note"])
        _tell(request, passed.owner)

    if form.is_valid() and accepted(form, act, lambda _refused: ended_words(row)):
        return redirect("inbox")
    say_if_ended(form, row)
    to = _next(request.user, row.follow_up, row, now) if row.resolved_at is None else ""
    return _ask(request, row.follow_up, form, to)


@require_http_methods(["GET", "POST"])
@signed_in
def follow_up_not_mine(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Say to whom a follow-up would go (GET); pass it on (POST)."""
    row = follow_up_or_404(request.user, pk)
    require(request.user, Permission.ACKNOWLEDGE, row.site)
    form, now = _form(request), timezone.now()

    def act() -> None:
        passed = disown_follow_up(
            follow_up=row, by=request.user, now=now, note=form.cleaned_data["note"]
        )
        _tell(request, passed.owner)

    if form.is_valid() and accepted(form, act):
        return go_back(request, row.patient_id)
    return _ask(request, row, form, _next(request.user, row, None, now))


def _form(request: SignedInRequest) -> NotMineForm:
    return NotMineForm(request.POST if request.method == "POST" else None)


def _tell(request: SignedInRequest, owner: User | None) -> None:
    words = _("Passed on to {person}.").format(person=name_of_user(owner))
    messages.success(request, words)


def _next(by: User, follow_up: FollowUp, escalation: Escalation | None, now: datetime) -> str:
    """To whom it would go; where it cannot go on, why."""
    tier = escalation.tier if escalation else FOLLOW_UP_ITSELF
    owner = escalation.owner_id if escalation else follow_up.owner_id
    try:
        person = who_is_next(follow_up=follow_up, tier=tier, owner=owner, by=by, now=now)
    except WorkflowRefused as refused:
        return words_of(refused)
    if person is None:
        return _("You have passed it on already.")
    return _("It goes to {person}, and not back to you.").format(person=name_of_user(person))


def _ask(request: SignedInRequest, row: FollowUp, form: forms.Form, to: str) -> HttpResponse:
    today = row.site.local_date(timezone.now())
    runs = _("The clock runs on. No date moves.")
    action = replace(NOT_MINE, explanation=f"{to} {runs}" if to else "")
    return show(request, action, subject_of(row.patient, today, row), form)
