"""Leave and cover: who is away, who answers, the hand-over list, and what happened meanwhile."""

from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from patients.models import Absence, Membership, Site
from surveillance.absences import MAY_COVER
from surveillance.roles import Permission, permissions_at, sites_where
from surveillance.web.absence_view import absence_rows, handed_over, meanwhile
from surveillance.web.access import (
    SignedInRequest,
    choose_site,
    require,
    signed_in,
    sites_of_queue,
)
from surveillance.web.forms import day
from surveillance.web.refusals import accepted, words_of
from surveillance.web.wording import name_of_user
from surveillance.workflows.end_absence import end_absence
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.plan_absence import plan_absence


class PlanForm(forms.Form):
    """Who is away, when, and who answers meanwhile."""

    user = forms.TypedChoiceField(
        coerce=int,
        label=gettext_lazy("Who is away"),
        error_messages={"required": gettext_lazy("Choose who is away")},
    )
    first_on = day(gettext_lazy("First day away"))
    last_on = day(gettext_lazy("Last day away"))
    cover = forms.TypedChoiceField(
        coerce=int,
        label=gettext_lazy("Cover"),
        help_text=gettext_lazy(
            "Somebody of the same role or one above, who is there on all those days."
        ),
        error_messages={"required": gettext_lazy("Choose who answers meanwhile")},
    )

    def __init__(self, data: object, people: dict[int, User], may_be_away: list[int]) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict
        names = [(pk, name_of_user(user)) for pk, user in people.items()]
        away = [(pk, name) for pk, name in names if pk in may_be_away]
        if len(may_be_away) == 1:
            self.fields["user"].initial = may_be_away[0]
        nobody = ("", _("Choose a person"))
        self.fields["user"].choices = [nobody, *away]  # type: ignore[attr-defined]
        self.fields["cover"].choices = [nobody, *names]  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@signed_in
def absences(request: SignedInRequest) -> HttpResponse:
    """Who is or will be away at a site (GET); plan an absence (POST)."""
    site, now = choose_site(request, sites_of_queue(request.user)), timezone.now()
    people = people_of(site)
    plans_for_all = Permission.PLAN_ABSENCE in permissions_at(request.user, site)
    away = [pk for pk in people if plans_for_all or pk == request.user.pk]
    form = PlanForm(request.POST if request.method == "POST" else None, people, away)

    def act() -> None:
        said = form.cleaned_data
        plan_absence(
            user=people[said["user"]],
            site=site,
            first_on=said["first_on"],
            last_on=said["last_on"],
            cover=people[said["cover"]],
            by=request.user,
            now=now,
        )

    if form.is_valid() and accepted(form, act):
        messages.success(request, _("Planned. The cover is told on the first day."))
        return redirect("absences")
    rows = absence_rows(site, site.local_date(now), request.user, may_end_all=plans_for_all)
    context = {"form": form, "rows": rows, "site_name": site.name, "may_plan": bool(away)}
    status = 422 if form.errors else 200
    return render(request, "surveillance/absences.html", context, status=status)


def people_of(site: Site) -> dict[int, User]:
    """Who can answer for something at the site, by name."""
    held = Membership.objects.current().filter(site=site, role__in=list(MAY_COVER))
    rows = held.select_related("user").order_by("user__last_name", "user__pk")
    return {row.user_id: row.user for row in rows}


@require_safe
@signed_in
def hand_over_list(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What the cover takes over, and what has happened since the first day; made to be printed."""
    absence, now = _absence_or_404(request, pk), timezone.now()
    require(request.user, Permission.VIEW_PATIENT, absence.site)
    context = {
        "list": handed_over(absence, absence.site.local_date(now), request.user),
        "happened": meanwhile(absence, now),
    }
    return render(request, "surveillance/absence.html", context)


@require_POST
@signed_in
def end(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """They are back today, or do not go."""
    absence = _absence_or_404(request, pk)
    _end(request, absence, timezone.now())
    return redirect("absences")


def _end(request: SignedInRequest, absence: Absence, now: datetime) -> None:
    may_end_all = Permission.PLAN_ABSENCE in permissions_at(request.user, absence.site)
    if absence.user_id != request.user.pk and not may_end_all:
        raise PermissionDenied
    try:
        end_absence(absence=absence, by=request.user, now=now)
    except WorkflowRefused as refused:
        messages.error(request, words_of(refused))
    else:
        back = _("{person} answers again from today.").format(person=name_of_user(absence.user))
        messages.success(request, back)


def _absence_or_404(request: SignedInRequest, pk: UUID) -> Absence:
    seen = Absence.objects.filter(site__in=sites_where(request.user, Permission.VIEW_QUEUE))
    return get_object_or_404(seen.select_related("site", "user", "cover"), pk=pk)
