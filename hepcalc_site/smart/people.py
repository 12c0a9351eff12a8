"""Whom an EHR vouches for, and who that is here. A launch makes no account (docs/adr/0061)."""

import time

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from hepcalc_site.identities import EHR_LAUNCH
from hepcalc_site.smart.failures import LaunchFailed
from hepcalc_site.smart.kept import Arrival, forget_arrival, keep_arrival, waiting_arrival
from hepcalc_site.smart.landing import landing
from hepcalc_site.smart.refused import refused
from patients.workflows.errors import WorkflowRefused
from patients.workflows.tie_identity import tie_identity
from surveillance.models import EhrSystem
from surveillance.web.access import SignedInRequest, signed_in


class NothingWaits(LaunchFailed):
    """Nobody came from an EHR in this browser, or too long ago."""

    code = "nothing_waits"
    words = gettext_noop("Nothing is left to confirm. Start again from the EHR.")
    status = 400


def let_in(request: HttpRequest, arrival: Arrival) -> HttpResponseBase:
    """Sign in whoever is linked; whoever is not is asked who they are, once.

    The steps of sign-in stay: whoever has a second factor is asked for it, and whose role needs one
    is led to it. Raises NoRoleThere.
    """
    known = arrival.vouched
    link = SocialAccount.objects.filter(provider=known.provider, uid=known.subject)
    found = link.select_related("user").first()
    if found is None:
        keep_arrival(request.session, arrival, int(time.time()))
        return redirect("smart_link")
    return _sign_in(request, found.user, landing(found.user, arrival), arrival)


def _sign_in(request: HttpRequest, user: User, target: str, arrival: Arrival) -> HttpResponseBase:
    if request.user == user:
        return redirect(target)
    if request.user.is_authenticated:
        get_adapter().logout(request)
    record_authentication(request, user, EHR_LAUNCH, ehr=str(arrival.ehr))
    answer: HttpResponseBase = perform_login(request, user, redirect_url=target)
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def link(request: SignedInRequest) -> HttpResponseBase:
    """Ask the person who is signed in whether the EHR's identity is theirs; then on to the patient.

    The password (or passkey) is asked for again unless it was just given: a link is a way to sign
    in, and whoever passes an open session must not be able to leave one behind.
    """
    arrival = waiting_arrival(request.session, int(time.time()))
    if arrival is None:
        return refused(request, NothingWaits())
    try:
        answer: HttpResponseBase = _confirm(request, arrival)
    except LaunchFailed as failed:
        return refused(request, failed)
    return answer


@reauthentication_required(app="hepcalc_site.smart")  # type: ignore[untyped-decorator]  # allauth
def _confirm(request: SignedInRequest, arrival: Arrival) -> HttpResponseBase:
    ehr = get_object_or_404(EhrSystem.objects.active(), pk=arrival.ehr)
    target = landing(request.user, arrival)
    shown = {"ehr": ehr, "name": arrival.vouched.name}
    if request.method != "POST":
        return render(request, "smart/link.html", shown)
    try:
        tie_identity(
            user=request.user,
            provider=arrival.vouched.provider,
            subject=arrival.vouched.subject,
            called=ehr.name,
            now=timezone.now(),
        )
    except WorkflowRefused as failed:
        return render(request, "smart/link.html", shown | {"words": failed.message}, status=409)
    forget_arrival(request.session)
    return redirect(target)
