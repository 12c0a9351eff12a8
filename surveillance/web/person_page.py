"""One colleague: roles given and ended, the account switched, the sign-in mended."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from patients.models import Role
from patients.workflows import grant_role as granting
from patients.workflows.account_reach import within_reach_only
from patients.workflows.lift_sign_in_lock import lift_sign_in_lock
from patients.workflows.reactivate_account import reactivate_account
from patients.workflows.reset_second_factor import reset_second_factor
from surveillance.web.access import SignedInRequest, signed_in
from surveillance.web.people_forms import RoleForm
from surveillance.web.people_page import send_password_link
from surveillance.web.people_query import (
    administered,
    person_or_404,
    role_or_404,
    roles_of,
    standing_of,
)
from surveillance.web.people_view import person_card
from surveillance.web.refusals import accepted
from surveillance.web.wording import name_of_user
from surveillance.workflows.deactivate_account import deactivate_account
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.leave_role import leave_role


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before something that cannot simply be taken back."""

    heading: str
    explanation: str
    button: str


@require_safe
@signed_in
def person(request: SignedInRequest, pk: int) -> HttpResponse:
    """Roles, sign-in and open work, with what may be changed."""
    return _show(request, pk, None)


def _show(request: SignedInRequest, pk: int, form: RoleForm | None) -> HttpResponse:
    user, sites = person_or_404(request.user, pk), list(administered(request.user))
    known = standing_of([user], sites)
    card = person_card(user, roles_of(user), known, sites, request.user)
    context = {"card": card, "form": form or RoleForm(sites=sites)}
    status = 422 if form and form.errors else 200
    return render(request, "surveillance/person.html", context, status=status)


@require_POST
@signed_in
def grant_role(request: SignedInRequest, pk: int) -> HttpResponse:
    """A further role at a site that one administers."""
    user = person_or_404(request.user, pk)
    form = RoleForm(request.POST, sites=list(administered(request.user)))

    def act() -> None:
        site, role = form.chosen()
        now = timezone.now()
        granting.grant_role(user=user, site=site, role=role, by=request.user, now=now)

    if form.is_valid() and accepted(form, act):
        said = _("{name} has the role from now on.").format(name=name_of_user(user))
        messages.success(request, said)
        return redirect("person", pk=pk)
    return _show(request, pk, form)


@require_http_methods(["GET", "POST"])
@signed_in
def end_role(request: SignedInRequest, pk: int) -> HttpResponse:
    """The role ends today; open work is handed over first, or it is refused."""
    role = role_or_404(request.user, pk)
    question = Question(
        _("End the role of {name} as {role} at {site}?").format(
            name=name_of_user(role.user),
            role=_(str(Role(role.role).label)).lower(),
            site=role.site,
        ),
        _("What they answer for is handed to others there at once."),
        _("End the role"),
    )

    def act() -> object:
        return leave_role(membership=role, by=request.user, now=timezone.now())

    return _confirmed(request, role.user_id, question, act, _("The role has ended."))


@require_http_methods(["GET", "POST"])
@signed_in
def switch_off(request: SignedInRequest, pk: int) -> HttpResponse:
    """The person can no longer sign in; open work is handed over first, or it is refused."""
    user = person_or_404(request.user, pk)
    question = Question(
        _("Switch off the account of {name}?").format(name=name_of_user(user)),
        _(
            "They can no longer sign in, and what they answer for is handed to others at once. The "
            "roles stay on record."
        ),
        _("Switch off"),
    )

    def act() -> object:
        within_reach_only(user=user, by=request.user)
        return deactivate_account(user=user, by=request.user, now=timezone.now())

    return _confirmed(request, pk, question, act, _("The account is switched off."))


@require_http_methods(["GET", "POST"])
@signed_in
def reset_factor(request: SignedInRequest, pk: int) -> HttpResponse:
    """Telephone or key lost: the second step is taken away."""
    user = person_or_404(request.user, pk)
    question = Question(
        _("Reset the second step of {name}?").format(name=name_of_user(user)),
        _(
            "Their app, passkeys and recovery codes stop working. Be sure that it is they who ask: "
            "until they set up a new one, the password alone lets somebody in."
        ),
        _("Reset"),
    )

    def act() -> object:
        return reset_second_factor(user=user, by=request.user, now=timezone.now())

    return _confirmed(request, pk, question, act, _("They can set up a new second step."))


@require_POST
@signed_in
def switch_on(request: SignedInRequest, pk: int) -> HttpResponse:
    """The account can sign in again."""
    user = person_or_404(request.user, pk)
    return _done(
        request,
        pk,
        lambda: reactivate_account(user=user, by=request.user, now=timezone.now()),
        _("The account is switched on; its roles count again."),
    )


@require_POST
@signed_in
def lift_lock(request: SignedInRequest, pk: int) -> HttpResponse:
    """They may try again at once."""
    user = person_or_404(request.user, pk)
    return _done(
        request,
        pk,
        lambda: lift_sign_in_lock(user=user, by=request.user, now=timezone.now()),
        _("They can try again now."),
    )


@require_POST
@signed_in
def send_link(request: SignedInRequest, pk: int) -> HttpResponse:
    """An e-mail with which they choose a new password."""
    send_password_link(request, person_or_404(request.user, pk))
    return redirect("person", pk=pk)


def _confirmed(
    request: SignedInRequest, pk: int, question: Question, act: Callable[[], object], done: str
) -> HttpResponse:
    if request.method == "POST":
        return _done(request, pk, act, done)
    context = {"question": question, "back": pk}
    return render(request, "surveillance/confirm_person.html", context)


def _done(request: SignedInRequest, pk: int, act: Callable[[], object], done: str) -> HttpResponse:
    """Do it and go back to the person, saying what happened or why it was refused."""
    try:
        act()
    except WorkflowRefused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, done)
    return _back(request, pk)


def _back(request: SignedInRequest, pk: int) -> HttpResponse:
    """To the person, unless with the role the right to see them is gone."""
    try:
        person_or_404(request.user, pk)
    except Http404:
        return redirect("people")
    except PermissionDenied:
        return redirect("home")
    return redirect("person", pk=pk)
