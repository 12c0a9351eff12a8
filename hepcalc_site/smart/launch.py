"""The two addresses that an EHR knows: where a launch begins, and where it comes back."""

import base64
import hashlib
import secrets
import time
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hepcalc_site.smart.ehr import UnknownEhr, endpoints_of, exchange, patient_of, trusted
from hepcalc_site.smart.failures import LaunchFailed
from hepcalc_site.smart.id_token import vouched
from hepcalc_site.smart.kept import Arrival, Begun, keep_begun, take_begun
from hepcalc_site.smart.landing import followed_patient
from hepcalc_site.smart.people import let_in
from hepcalc_site.smart.refused import refused
from hepcalc_site.smart.talking import EhrRefuses, ask
from surveillance.models import EhrSystem


class LaunchNotWhole(LaunchFailed):
    """The address came without what an EHR adds to it."""

    code = "launch_not_whole"
    words = gettext_noop("This page is opened from a patient's record in an EHR.")
    status = 400


class LaunchNotBegun(LaunchFailed):
    """No launch of this browser waits for that answer: it was used, is too old, or is another's."""

    code = "launch_not_begun"
    words = gettext_noop(
        "This launch has ended already, or began in another browser. Start again from the "
        "patient's record in the EHR."
    )
    status = 400


class NotFollowed(LaunchFailed):
    """No patient here has the record number."""

    code = "patient_not_followed"
    words = gettext_noop(
        "The patient who is open in the EHR is not followed here: no patient of this site has that "
        "record number. If a liver lesion needs follow-up, register the patient."
    )
    status = 404


@never_cache
@require_safe
def launch(request: HttpRequest) -> HttpResponseBase:
    """Send the person to the sign-in of the EHR that launched us."""
    try:
        return redirect(_begin(request))
    except LaunchFailed as failed:
        return refused(request, failed)


@never_cache
@require_safe
def callback(request: HttpRequest) -> HttpResponseBase:
    """Take what the EHR's sign-in answers, and lead the person to the patient."""
    try:
        return let_in(request, _arrive(request))
    except LaunchFailed as failed:
        return refused(request, failed)


def not_followed(request: HttpRequest) -> HttpResponse:
    """The patient on the EHR's screen is none of ours."""
    return refused(request, NotFollowed())


def redirect_address() -> str:
    """Where the EHR sends people back; registered there."""
    return f"{settings.SITE_URL}{reverse('smart_callback')}"


def _begin(request: HttpRequest) -> str:
    """The address of the EHR's sign-in for this launch; what it must match is in the session."""
    iss, asked = request.GET.get("iss", ""), request.GET.get("launch", "")
    if not (iss and asked):
        raise LaunchNotWhole
    ehr = trusted(iss)
    places = endpoints_of(ehr)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    begun = Begun(
        str(ehr.pk), places.issuer, places.token, places.keys, nonce, verifier, int(time.time())
    )
    keep_begun(request.session, state, begun)
    query = {
        "response_type": "code",
        "client_id": ehr.client_id,
        "redirect_uri": redirect_address(),
        "scope": f"launch openid fhirUser {places.read_scope}",
        "launch": asked,
        "aud": iss,
        "state": state,
        "nonce": nonce,
        "code_challenge": _challenge(verifier),
        "code_challenge_method": "S256",
    }
    joint = "&" if "?" in places.authorization else "?"
    return f"{places.authorization}{joint}{urlencode(query)}"


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _arrive(request: HttpRequest) -> Arrival:
    """Who came back for whom. The EHR's tokens are used here and forgotten."""
    begun = take_begun(request.session, request.GET.get("state", ""), int(time.time()))
    if begun is None or request.GET.get("iss", begun.issuer) != begun.issuer:
        raise LaunchNotBegun
    code = request.GET.get("code", "")
    if request.GET.get("error") or not code:
        raise EhrRefuses
    ehr = _still_trusted(begun)
    tokens = exchange(ehr, begun.token_endpoint, code, begun.verifier, redirect_address())
    person = vouched(tokens.identity, ask(begun.keys), ehr, begun.issuer, begun.nonce)
    return Arrival(ehr.pk, person, followed_patient(ehr, patient_of(ehr, tokens)))


def _still_trusted(begun: Begun) -> EhrSystem:
    ehr = EhrSystem.objects.active().filter(pk=UUID(begun.ehr)).first()
    if ehr is None:
        raise UnknownEhr
    return ehr
