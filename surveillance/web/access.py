"""Who may open which page: signed in, at a site where the role allows it."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import DisallowedHost, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, resolve_url
from django.views.decorators.cache import never_cache

from patients.models import Patient, Site
from surveillance.models import Escalation, FollowUp, Lesion, OutsideCare
from surveillance.roles import Permission, permissions_at, sites_where

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    class SignedInRequest(HttpRequest):
        """A request of somebody who is signed in, seen by django-htmx."""

        user: User
        htmx: HtmxDetails

else:
    SignedInRequest = HttpRequest

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
SignedInView = Callable[Concatenate[SignedInRequest, P], HttpResponseBase]
SITE_KEY = "site"


def signed_in(view: "SignedInView[P]") -> "View[P]":
    """Ask for a sign-in; never let a browser or proxy keep a page about patients.

    A fragment asked for after the session ended sends the whole page to sign-in, instead of
    drawing the sign-in form inside the queue.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(cast("SignedInRequest", request), *args, **kwargs)
        return to_sign_in(request)

    return cast("View[P]", never_cache(guarded))


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To sign-in, and from there back to the page that the person was looking at.

    A fragment is answered with the whole page's move; a form that was sent leads back to the page
    on which it stood, since its own address may be for sending only.
    """
    if request.headers.get("HX-Request"):
        page = _path_here(request, request.headers.get("HX-Current-URL", "")) or request.path
        target = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': page})}"
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect_to_login(page_of(request) or request.path)


def page_of(request: HttpRequest) -> str:
    """The page that a person is looking at; of a form that was sent, the one on which it stood.

    Empty when a form came from nowhere on this host.
    """
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    return _path_here(request, request.headers.get("Referer", ""))


def _path_here(request: HttpRequest, address: str) -> str:
    """Path and query of an address on this very host; empty for any other, and where the host is
    none of ours: the page that refuses it asks, too."""
    parts = urlsplit(address)
    here = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        return here if parts.netloc == request.get_host() else ""
    except DisallowedHost:
        return ""


def sites_of_queue(user: User) -> list[Site]:
    """The sites whose queue this person may see, by name. One query."""
    return list(sites_where(user, Permission.VIEW_QUEUE).order_by("name"))


def choose_site(request: HttpRequest, sites: list[Site]) -> Site:
    """The site asked for in the address, else the one used last, else the first by name.

    Raises PermissionDenied when the person works at no site, or not at the one asked for.
    """
    asked = request.GET.get("site")
    by_slug = {site.slug: site for site in sites}
    if not sites or (asked and asked not in by_slug):
        raise PermissionDenied
    chosen = by_slug.get(asked or request.session.get(SITE_KEY, ""), sites[0])
    if asked and request.session.get(SITE_KEY) != asked:
        request.session[SITE_KEY] = asked
    return chosen


def patient_or_404(user: User, pk: UUID) -> Patient:
    """The patient, if at a site where this person may see patients; else as if it did not exist."""
    seen = Patient.objects.filter(site__in=sites_where(user, Permission.VIEW_PATIENT))
    people = ("site", "navigator", "responsible_clinician", "merged_into")
    return get_object_or_404(seen.select_related(*people), pk=pk)


def lesion_or_404(user: User, pk: UUID) -> Lesion:
    """The lesion, under the same rule as its patient."""
    seen = Lesion.objects.filter(patient__site__in=sites_where(user, Permission.VIEW_PATIENT))
    return get_object_or_404(seen.select_related("patient__site"), pk=pk)


def follow_up_or_404(user: User, pk: UUID) -> FollowUp:
    """The follow-up, under the same rule as its patient."""
    seen = FollowUp.objects.filter(site__in=sites_where(user, Permission.VIEW_PATIENT))
    joined = ("site", "patient", "patient__site", "lesion", "owner", "assessment")
    return get_object_or_404(seen.select_related(*joined), pk=pk)


def escalation_or_404(user: User, pk: UUID) -> Escalation:
    """The escalation, under the same rule as its patient."""
    sites = sites_where(user, Permission.VIEW_PATIENT)
    seen = Escalation.objects.filter(follow_up__site__in=sites)
    joined = ("owner", "acknowledged_by", "follow_up__owner", "follow_up__assessment")
    rows = ("follow_up__site", "follow_up__patient__site", "follow_up__lesion")
    return get_object_or_404(seen.select_related(*joined, *rows), pk=pk)


def outside_care_or_404(user: User, pk: UUID) -> OutsideCare:
    """The evidence of care elsewhere, under the same rule as its patient."""
    sites = sites_where(user, Permission.VIEW_PATIENT)
    seen = OutsideCare.objects.filter(patient__site__in=sites)
    joined = ("recorded_by", "review__reviewed_by", "patient__site")
    rows = ("follow_up__site", "follow_up__lesion", "follow_up__patient")
    return get_object_or_404(seen.select_related(*joined, *rows), pk=pk)


def require(user: User, permission: Permission, site: Site) -> None:
    """Refuse (403) what the person's role at this site does not allow."""
    if permission not in permissions_at(user, site):
        raise PermissionDenied
