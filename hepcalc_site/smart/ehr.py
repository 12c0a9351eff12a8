"""What we ask an EHR: where things are, a code for a token, and which patient it is."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final, Self

from django.core.cache import cache
from django.utils.translation import gettext_noop

from hepcalc_site.smart.failures import LaunchFailed
from hepcalc_site.smart.talking import EhrAnswersAmiss, Json, ask, is_safe
from surveillance.models import EhrSystem

REMEMBERED_FOR: Final = 300
"""Seconds: whoever opens the launch address again and again makes us ask the EHR once."""
FHIR_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")


class UnknownEhr(LaunchFailed):
    """Nobody here trusts the issuer of the launch."""

    code = "unknown_ehr"
    words = gettext_noop(
        "The EHR that started this page is not registered here. Ask your administrator to enter it."
    )


class NoPatientOpen(LaunchFailed):
    """The EHR gave no patient with its token."""

    code = "no_patient_open"
    words = gettext_noop(
        "The EHR did not say which patient is open. Open the patient's record there and start "
        "again."
    )


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The EHR's addresses for one launch, and who signs its tokens."""

    issuer: str
    authorization: str
    token: str
    keys: str
    read_scope: str

    @classmethod
    def of(cls, said: Json) -> Self:
        """From `.well-known/smart-configuration`. Raises EhrAnswersAmiss where one is missing."""
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        authorization, token, keys = (str(said.get(name, "")) for name in names)
        issuer, can = said.get("issuer"), said.get("capabilities")
        are_safe = all(map(is_safe, (authorization, token, keys)))
        if not (isinstance(issuer, str) and issuer and are_safe):
            raise EhrAnswersAmiss
        is_first = isinstance(can, list) and "permission-v1" in can and "permission-v2" not in can
        scope = "patient/Patient.read" if is_first else "patient/Patient.rs"
        return cls(issuer, authorization, token, keys, scope)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the EHR gave for a code: used at once, kept nowhere."""

    access: str
    identity: str
    patient: str


def trusted(iss: str) -> EhrSystem:
    """The EHR that calls itself so, with or without one slash at the end. Raises UnknownEhr."""
    base = iss.removesuffix("/")
    if not base:
        raise UnknownEhr
    found = (
        EhrSystem.objects.active().exclude(client_id="").filter(fhir_base__in=[base, f"{base}/"])
    )
    ehr = found.select_related("site").first()
    if ehr is None or not is_safe(base):
        raise UnknownEhr
    return ehr


def endpoints_of(ehr: EhrSystem) -> Endpoints:
    """Where its sign-in is; remembered for a few minutes."""
    base = ehr.fhir_base.removesuffix("/")
    key = f"smart-configuration:{hashlib.sha256(base.encode()).hexdigest()}"
    kept: Json | None = cache.get(key)
    if kept is not None:
        return Endpoints.of(kept)
    said = ask(f"{base}/.well-known/smart-configuration")
    found = Endpoints.of(said)
    cache.set(key, said, REMEMBERED_FOR)
    return found


def exchange(ehr: EhrSystem, endpoint: str, code: str, verifier: str, redirect: str) -> Tokens:
    """The tokens for a code, as a public client with PKCE. Raises NoPatientOpen and others."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect,
        "client_id": ehr.client_id,
        "code_verifier": verifier,
    }
    said = ask(endpoint, form=form)
    access, identity = said.get("access_token"), said.get("id_token")
    if not (access and isinstance(access, str) and isinstance(identity, str)):
        raise EhrAnswersAmiss
    patient = said.get("patient")
    if not isinstance(patient, str) or not FHIR_ID.fullmatch(patient):
        raise NoPatientOpen
    return Tokens(access, identity, patient)


def patient_of(ehr: EhrSystem, tokens: Tokens) -> Json:
    """The FHIR Patient on the EHR's screen, read with the token that it gave."""
    base = ehr.fhir_base.removesuffix("/")
    said = ask(f"{base}/Patient/{tokens.patient}", token=tokens.access)
    if (said.get("resourceType"), said.get("id")) != ("Patient", tokens.patient):
        raise EhrAnswersAmiss
    return said
