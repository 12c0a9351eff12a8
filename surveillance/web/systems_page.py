"""Connected systems: clients of the REST interface with accounts and roles of their own."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from oauth2_provider.models import Application

from patients.models import Membership
from surveillance.web.access import SignedInRequest, signed_in
from surveillance.web.people_query import administered
from surveillance.web.refusals import accepted, words_of
from surveillance.web.token_forms import SystemForm
from surveillance.web.tokens_view import system_rows
from surveillance.workflows.connect_system import Connected, connect_system
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.renew_system_secret import renew_system_secret


@require_http_methods(["GET", "POST"])
@signed_in
def systems(request: SignedInRequest) -> HttpResponse:
    """The systems of one's sites, and a form for a new one, whose secret is shown once."""
    sites = list(administered(request.user))
    form = SystemForm(request.POST if request.method == "POST" else None, sites=sites)
    made: list[Connected] = []

    def act() -> None:
        said, now = form.cleaned_data, timezone.now()
        made.append(
            connect_system(
                name=said["name"], role=said["role"], sites=form.chosen(), by=request.user, now=now
            )
        )

    if form.is_valid() and accepted(form, act):
        form = SystemForm(sites=sites)
    return _show(request, form, made)


@require_http_methods(["GET", "POST"])
@signed_in
def renew_system(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asked first: whatever the system does stops until it has the new secret."""
    system = get_object_or_404(_systems(request.user), pk=pk)
    if request.method != "POST":
        return render(request, "surveillance/tokens/renew.html", {"name": system.name})
    form = SystemForm(sites=list(administered(request.user)))
    made: list[Connected] = []
    refused = ""
    try:
        made.append(renew_system_secret(application=system, by=request.user, now=timezone.now()))
    except WorkflowRefused as refusal:
        refused = words_of(refusal)
    return _show(request, form, made, refused)


def _show(
    request: SignedInRequest, form: SystemForm, made: list[Connected], refused: str = ""
) -> HttpResponse:
    found = list(_systems(request.user))
    accounts = [system.user_id for system in found]
    held = Membership.objects.filter(user__in=accounts, ended_on=None).select_related("site")
    context = {
        "form": form,
        "rows": system_rows(found, held.order_by("site__name", "pk")),
        "made": made[0] if made else None,
        "refused": refused,
    }
    status = 422 if form.errors or refused else 200
    return render(request, "surveillance/tokens/systems.html", context, status=status)


def _systems(user: User) -> Any:
    """Clients whose account has a role at a site that this person administers."""
    here = Membership.objects.filter(ended_on=None, site__in=administered(user)).values("user")
    rows = Application.objects.filter(user__in=here).select_related("user")
    return rows.annotate(last_token_at=Max("accesstoken__created")).order_by("name", "pk")
