"""One question to an EHR over HTTP: a short wait, a small answer, no detours.

Returns the JSON object that it answers, or raises a LaunchFailed; what the EHR said when it refused
is neither shown nor logged, since it may name a patient.
"""

import json
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, build_opener

from django.conf import settings
from django.utils.translation import gettext_noop

from hepcalc_site.oidc import HERE
from hepcalc_site.smart.failures import LaunchFailed
from surveillance.delivery.sms_http import NoRedirect

Json = dict[str, Any]
SECONDS: Final = 5
LARGEST_ANSWER: Final = 256 * 1024
"""Bytes. A Patient with a photograph may be larger; it is not what we ask for."""


class EhrNotReachable(LaunchFailed):
    """No connection, no answer in time, or a fault over there."""

    code = "ehr_not_reachable"
    words = gettext_noop(
        "The EHR does not answer. Start again from the patient's record; if it stays like this, "
        "tell your administrator."
    )
    status = 502


class EhrAnswersAmiss(LaunchFailed):
    """Something came that cannot be used."""

    code = "ehr_answers_amiss"
    words = gettext_noop("The answer of the EHR cannot be used. Tell your administrator.")
    status = 502


class EhrRefuses(LaunchFailed):
    """The EHR says no: to the person, to this application, or to what it asked for."""

    code = "ehr_refuses"
    words = gettext_noop(
        "The EHR did not let this application in. Start again from the patient's record; if it "
        "stays like this, tell your administrator."
    )


_opener = build_opener(NoRedirect)
"""A code or token goes where it was meant to go, or nowhere."""


def is_safe(address: object) -> bool:
    """Whether it is an address that we talk to: https; http on this machine in a trial only."""
    try:
        parts = urlsplit(address if isinstance(address, str) else "")
    except ValueError:
        return False
    if parts.username or not parts.hostname:
        return False
    return parts.scheme == "https" or (
        parts.scheme == "http" and settings.IS_LOCAL and parts.hostname in HERE
    )


def ask(address: str, *, form: dict[str, str] | None = None, token: str = "") -> Json:
    """What is at that address for whoever holds `token`; with `form`, what is answered to it."""
    if not is_safe(address):
        raise EhrAnswersAmiss
    headers = {"Accept": "application/fhir+json, application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = urlencode(form).encode() if form is not None else None
    return _read(_answer(Request(address, data, headers)))  # noqa: S310  # is_safe looked


def _answer(request: Request) -> bytes:
    try:
        with _opener.open(request, timeout=SECONDS) as answer:
            return bytes(answer.read(LARGEST_ANSWER + 1))
    except HTTPError as error:
        error.close()
        refused = 400 <= error.code < 500
        raise (EhrRefuses if refused else EhrNotReachable) from None
    except (OSError, HTTPException, ValueError):
        raise EhrNotReachable from None


def _read(body: bytes) -> Json:
    try:
        said = json.loads(body) if len(body) <= LARGEST_ANSWER else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise EhrAnswersAmiss
    return said
