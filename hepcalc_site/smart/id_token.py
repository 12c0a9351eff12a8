"""Who the EHR says is in front of it: the ID token, checked (OpenID Connect Core 3.1.3.7)."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_noop
from jwcrypto.common import JWException
from jwcrypto.jwk import JWKSet
from jwcrypto.jwt import JWT

from hepcalc_site.smart.failures import LaunchFailed
from surveillance.api.cds.tokens import ALGORITHMS
from surveillance.models import EhrSystem

LONGEST_SUBJECT: Final = 191
"""Characters that a link can hold."""
LONGEST_NAME: Final = 100


class WordNotReliable(LaunchFailed):
    """Signature, issuer, audience, nonce or time of the ID token is not right."""

    code = "id_token_not_valid"
    words = gettext_noop(
        "What the EHR says about who you are cannot be relied on. Start again from the patient's "
        "record; if it stays like this, tell your administrator."
    )


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom an EHR vouches for. `name` is for reading only; nothing is decided by it."""

    provider: str
    subject: str
    name: str


def vouched(token: str, keys: dict[str, Any], ehr: EhrSystem, issuer: str, nonce: str) -> Vouched:
    """The person of a token that is signed with one of `keys`. Raises WordNotReliable."""
    expected = {"iss": issuer, "aud": ehr.client_id, "nonce": nonce, "exp": None, "sub": None}
    try:
        jwt = JWT(check_claims=expected, algs=list(ALGORITHMS))
        jwt.deserialize(token, JWKSet.from_json(json.dumps(keys)))
        claims: dict[str, Any] = json.loads(jwt.claims)
    except (JWException, ValueError, TypeError, KeyError):
        raise WordNotReliable from None
    subject = claims["sub"]
    is_whole = isinstance(subject, str) and 0 < len(subject) <= LONGEST_SUBJECT
    if not is_whole or not _is_for_us(claims, ehr.client_id):
        raise WordNotReliable
    return Vouched(provider_of(ehr, issuer), subject, _name_in(claims))


def provider_of(ehr: EhrSystem, issuer: str) -> str:
    """Under which word links are kept: a subject is unique within its issuer, and the issuer is
    believed only as far as the FHIR server that names it."""
    base = ehr.fhir_base.removesuffix("/")
    return f"smart-{hashlib.sha256(f'{base} {issuer}'.encode()).hexdigest()[:40]}"


def _is_for_us(claims: dict[str, Any], client_id: str) -> bool:
    """Of a token for several programs, the one that asked is named."""
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    return bool(claims.get("azp", None if several else client_id) == client_id)


def _name_in(claims: dict[str, Any]) -> str:
    """What the person will know themselves by."""
    user = "/".join(str(claims.get("fhirUser") or "").split("/")[-2:])
    named = claims.get("name") or claims.get("preferred_username") or user or claims["sub"]
    return str(named)[:LONGEST_NAME]
