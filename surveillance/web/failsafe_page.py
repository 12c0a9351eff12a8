"""What must never be, as the last check found it: for those who answer for a whole site."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from patients.models import Site
from surveillance.models import FailsafeAlert, FailsafeRun, KeptFinding
from surveillance.models.failsafe_run import FailsafeAlertQuerySet
from surveillance.roles import Permission, sites_where
from surveillance.web.access import SignedInRequest, signed_in
from surveillance.web.failsafe_count import forget_count
from surveillance.web.failsafe_view import alert_lines, cards_of, last_check, sweep_seen
from surveillance.workflows.ask_failsafe import ask_failsafe
from surveillance.workflows.errors import WorkflowRefused

ALERTS_SHOWN = 50


@require_http_methods(["GET", "POST"])
@signed_in
def failsafe_page(request: SignedInRequest) -> HttpResponse:
    """The stored answers of the last check (GET); ask every question now (POST).

    Who answers for a finding, because they stand in for somebody, sees that finding.
    """
    sites = list(sites_where(request.user, Permission.VIEW_FAILSAFE).order_by("name"))
    if not sites and not _is_owner(request.user):
        raise PermissionDenied
    if request.method == "POST":
        _check_now(request)
        return redirect("failsafe")
    return _show(request, sites, timezone.now())


def _is_owner(user: User) -> bool:
    run = FailsafeRun.objects.newest_first().first()
    return run is not None and any(kept.owner == user.pk for kept in run.kept())


def _check_now(request: SignedInRequest) -> None:
    try:
        ask_failsafe(by=request.user, now=timezone.now(), clock=timezone.now)
    except WorkflowRefused as refused:
        messages.info(request, refused.message)
    else:
        forget_count(request.user)
        messages.success(request, _("Everything was checked."))


def _show(request: SignedInRequest, overseen: list[Site], now: datetime) -> HttpResponse:
    user = request.user
    shown = overseen or list(sites_where(user, Permission.VIEW_QUEUE).order_by("name"))
    run = FailsafeRun.objects.newest_first().select_related("asked_by").first()
    kept = run.kept() if run else ()
    found = [each for each in kept if each.owner == user.pk or _is_overseen(each, overseen)]
    alerts = _alerts_seen_by(user, overseen).newest_first().select_related("site")
    page = {
        "sites": [site.name for site in shown],
        "last": last_check(run, shown[0], now) if run else None,
        "sweep": sweep_seen(shown[0], now),
        "cards": cards_of(
            found,
            {site.pk: site for site in shown},
            sites_where(user, Permission.VIEW_PATIENT),
        ),
        "alerts": alert_lines(alerts[:ALERTS_SHOWN], shown[0]),
    }
    return render(request, "surveillance/failsafe.html", page)


def _is_overseen(kept: KeptFinding, overseen: list[Site]) -> bool:
    return bool(overseen) and (kept.site is None or kept.site in {site.pk for site in overseen})


def _alerts_seen_by(user: User, overseen: list[Site]) -> FailsafeAlertQuerySet:
    mine = Q(recipient=f"user:{user.pk}")
    return FailsafeAlert.objects.filter(
        mine | Q(site=None) | Q(site__in=overseen) if overseen else mine
    )
