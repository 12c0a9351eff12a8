"""What must never be, as the last check found it: for those who answer for a whole site."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from patients.models import Site
from surveillance.models import FailsafeAlert, FailsafeRun
from surveillance.roles import Permission, sites_where
from surveillance.web.access import SignedInRequest, signed_in
from surveillance.web.failsafe_count import forget_count
from surveillance.web.failsafe_view import alert_lines, cards_of, last_check
from surveillance.workflows.ask_failsafe import ask_failsafe
from surveillance.workflows.errors import WorkflowRefused

ALERTS_SHOWN = 50


@require_http_methods(["GET", "POST"])
@signed_in
def failsafe_page(request: SignedInRequest) -> HttpResponse:
    """The stored answers of the last check (GET); ask every question now (POST)."""
    sites = list(sites_where(request.user, Permission.VIEW_FAILSAFE).order_by("name"))
    if not sites:
        raise PermissionDenied
    if request.method == "POST":
        _check_now(request)
        return redirect("failsafe")
    return _show(request, sites, timezone.now())


def _check_now(request: SignedInRequest) -> None:
    try:
        ask_failsafe(by=request.user, now=timezone.now(), clock=timezone.now)
    except WorkflowRefused as refused:
        messages.info(request, refused.message)
    else:
        forget_count(request.user)
        messages.success(request, "Everything was checked.")


def _show(request: SignedInRequest, sites: list[Site], now: datetime) -> HttpResponse:
    by_key = {site.pk: site for site in sites}
    run = FailsafeRun.objects.newest_first().select_related("asked_by").first()
    found = [kept for kept in run.kept() if kept.site is None or kept.site in by_key] if run else []
    alerts = FailsafeAlert.objects.filter(Q(site=None) | Q(site__in=sites)).newest_first()
    page = {
        "sites": [site.name for site in sites],
        "last": last_check(run, sites[0], now) if run else None,
        "cards": cards_of(found, by_key, sites_where(request.user, Permission.VIEW_PATIENT)),
        "alerts": alert_lines(alerts.select_related("site")[:ALERTS_SHOWN], sites[0]),
    }
    return render(request, "surveillance/failsafe.html", page)
