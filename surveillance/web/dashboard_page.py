"""The dashboard: the numbers of one site, or of all sites of the reader."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from patients.models import Site
from surveillance.dashboard.kinds import KINDS, count_all
from surveillance.dashboard.scope import Scope
from surveillance.roles import Permission, sites_where
from surveillance.web.access import SITE_KEY, SignedInRequest, choose_site, signed_in
from surveillance.web.dashboard_file import numbers_csv, numbers_xlsx
from surveillance.web.dashboard_view import number_view, numbers_url
from surveillance.web.sheets import TYPES, file_response
from surveillance.web.wording import moment_words

ALL = "all"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the sites to choose from."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: the scope, how it is named, and what else could be asked."""

    scope: Scope
    slug: str
    label: str
    as_of: str
    choices: tuple[Choice, ...]


def asked_of(request: SignedInRequest, *permissions: Permission) -> Asked:
    """The scope of the address: sites at which the reader may do all of that. Raises
    PermissionDenied where there is none, or not the one asked for."""
    sites = _sites(request.user, permissions)
    now = timezone.now()
    if request.GET.get(SITE_KEY) == ALL:
        if not sites:
            raise PermissionDenied
        chosen, slug, label = tuple(sites), ALL, _("All my sites")
    else:
        site = choose_site(request, sites)
        chosen, slug, label = (site,), site.slug, site.name
    named = [(one.slug, one.name) for one in sites]
    if len(sites) > 1:
        named = [(ALL, _("All my sites")), *named]
    choices = tuple(Choice(value, words, value == slug) for value, words in named)
    return Asked(Scope(chosen, now), slug, label, moment_words(now, chosen[0]), choices)


def _sites(user: User, permissions: tuple[Permission, ...]) -> list[Site]:
    found = Site.objects.all()
    for permission in permissions:
        found = found.filter(pk__in=sites_where(user, permission).values("pk"))
    return list(found.order_by("name"))


@require_safe
@signed_in
def dashboard(request: SignedInRequest) -> HttpResponse:
    """Every number with its table, its chart and the list behind it."""
    asked = asked_of(request, Permission.VIEW_MEASURES)
    context = {
        "asked": asked,
        "numbers": [number_view(one, asked.slug) for one in count_all(asked.scope)],
        "csv_url": numbers_url("csv", asked.slug),
        "xlsx_url": numbers_url("xlsx", asked.slug),
    }
    return render(request, "surveillance/dashboard.html", context)


@require_safe
@signed_in
def dashboard_file(request: SignedInRequest, form: str) -> HttpResponse:
    """One number (`number=overdue`) or all of them as CSV or XLSX."""
    asked = asked_of(request, Permission.VIEW_MEASURES)
    key = request.GET.get("number", "")
    if form not in TYPES or (key and key not in KINDS):
        raise Http404
    keys = (key,) if key else tuple(KINDS)
    names = ", ".join(site.name for site in asked.scope.sites)
    if form == "xlsx":
        content: str | bytes = numbers_xlsx(count_all(asked.scope, keys), names, asked.as_of)
    else:
        with override("en"):
            as_of = moment_words(asked.scope.now, asked.scope.sites[0])
            content = numbers_csv(count_all(asked.scope, keys), names, as_of)
    name = f"{key or 'numbers'}-{asked.slug}-{asked.scope.today}"
    return file_response(form, name, content)
