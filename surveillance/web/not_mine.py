""" "Not mine" in one click: from an escalation, the inbox, or a follow-up."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from surveillance.models import FollowUp
from surveillance.roles import Permission
from surveillance.web.access import (
    SignedInRequest,
    escalation_or_404,
    follow_up_or_404,
    require,
    signed_in,
)
from surveillance.web.action_page import Action, show, subject_of
from surveillance.web.forms import words
from surveillance.web.refusals import accepted
from surveillance.web.typed_form import TypedForm
from surveillance.web.way_back import go_back
from surveillance.web.wording import name_of_user
from surveillance.workflows.disown import disown
from surveillance.workflows.disown_follow_up import disown_follow_up

NOT_MINE = Action(
    "Not mine",
    "Not mine",
    "It goes to the next person who may answer for it, and not back to you. No date moves.",
)


class NotMineForm(TypedForm):
    """What the next person should know; one click needs no word."""

    note = words("Why", "For the next person, if it helps.", required=False)


@require_http_methods(["GET", "POST"])
@signed_in
def escalation_not_mine(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Pass an escalation on (POST), or say why first (GET)."""
    row = escalation_or_404(request.user, pk)
    require(request.user, Permission.ACKNOWLEDGE, row.follow_up.site)
    form, now = _form(request), timezone.now()

    def act() -> None:
        passed = disown(escalation=row, by=request.user, now=now, note=form.cleaned_data["note"])
        messages.success(request, f"Passed on to {name_of_user(passed.owner)}.")

    if form.is_valid() and accepted(form, act):
        return redirect("inbox")
    return _ask(request, row.follow_up, form)


@require_http_methods(["GET", "POST"])
@signed_in
def follow_up_not_mine(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Pass a follow-up on (POST), or say why first (GET)."""
    row = follow_up_or_404(request.user, pk)
    require(request.user, Permission.ACKNOWLEDGE, row.site)
    form, now = _form(request), timezone.now()

    def act() -> None:
        passed = disown_follow_up(
            follow_up=row, by=request.user, now=now, note=form.cleaned_data["note"]
        )
        messages.success(request, f"Passed on to {name_of_user(passed.owner)}.")

    if form.is_valid() and accepted(form, act):
        return go_back(request, row.patient_id)
    return _ask(request, row, form)


def _form(request: SignedInRequest) -> NotMineForm:
    return NotMineForm(request.POST if request.method == "POST" else None)


def _ask(request: SignedInRequest, row: FollowUp, form: forms.Form) -> HttpResponse:
    today = row.site.local_date(timezone.now())
    return show(request, NOT_MINE, subject_of(row.patient, today, row), form)
