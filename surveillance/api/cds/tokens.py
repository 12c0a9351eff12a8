"""Who asks: the EHR whose key signed the token (CDS Hooks 2.0, “Trusting CDS Clients”)."""

import hashlib
import json
import time
from typing import Any, Final
from urllib.error import URLError
from urllib.request import build_opener

from django.conf import settings
from django.core.cache import cache
from jwcrypto.common import JWException
from jwcrypto.jwk import JWKSet
from jwcrypto.jwt import JWT
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from surveillance.delivery.sms_http import NoRedirect
from surveillance.models import EhrSystem

ALGORITHMS: Final = ("ES256", "ES384", "RS256", "RS384", "PS256", "PS384")
LONGEST_LIFE: Final = 600
"""Seconds from `iat` to `exp` at most: a token's `jti` is remembered a little longer."""
CLOCKS_DIFFER: Final = 60
"""Seconds by which an EHR's clock may be wrong; as much is let pass after `exp`."""
KEYS_FOR: Final = 3600
SECONDS: Final = 5
LARGEST_KEY_SET: Final = 256 * 1024


class EhrAuthentication(BaseAuthentication):
    """The bearer token of an EHR that one of our sites trusts, each used once."""

    def authenticate(self, request: Request) -> tuple[EhrSystem, dict[str, Any]]:
        """The EHR and what its token claims. Raises AuthenticationFailed otherwise."""
        kind, _space, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise AuthenticationFailed("Send a signed token: Authorization: Bearer …")
        ehr = EhrSystem.objects.active().filter(issuer=_issuer(token)).first()
        if ehr is None:
            raise AuthenticationFailed("No site here trusts the issuer of this token.")
        return ehr, _checked(token, ehr, request.build_absolute_uri(request.path))

    def authenticate_header(self, request: Request) -> str:
        """A wrong token is 401."""
        return "Bearer"


def _issuer(token: str) -> str:
    """Who the token says it is from, not yet believed."""
    try:
        unchecked = JWT()
        unchecked.deserialize(token)
        said = json.loads(unchecked.token.objects["payload"])
        issuer = said["iss"]
        if isinstance(issuer, str) and issuer.isprintable():
            return issuer
    except (JWException, ValueError, KeyError, TypeError, RecursionError):
        pass
    raise AuthenticationFailed("This is no signed token (JWT).")


def _checked(token: str, ehr: EhrSystem, audience: str) -> dict[str, Any]:
    """Signature, audience and time; a token that was used before is refused."""
    expected = {"iss": ehr.issuer, "aud": audience, "exp": None, "jti": None, "iat": None}
    try:
        jwt = JWT(check_claims=expected, algs=list(ALGORITHMS))
        jwt.deserialize(token, keys_of(ehr))
        claims: dict[str, Any] = json.loads(jwt.claims)
        _refuse_other_times(claims, time.time())
    except (JWException, ValueError, TypeError, OverflowError, RecursionError):
        raise AuthenticationFailed(
            "The token is not valid: signature, audience (this address), exp, iat and jti."
        ) from None
    told = hashlib.sha256(json.dumps(claims["jti"]).encode()).hexdigest()
    if not cache.add(f"cds-jti:{ehr.pk}:{told}", 1, LONGEST_LIFE + 2 * CLOCKS_DIFFER):
        raise AuthenticationFailed("This token was used before.")
    return claims


def _refuse_other_times(claims: dict[str, Any], now: float) -> None:
    """A token that lives too long would outlive the memory of its `jti`, and so would one that
    begins later. Raises TypeError or OverflowError for what is no time."""
    begun, ends, counts_from = claims["iat"], claims["exp"], claims.get("nbf", 0)
    if not 0 < ends - begun <= LONGEST_LIFE:
        raise AuthenticationFailed(f"A token may live for {LONGEST_LIFE} seconds.")
    if max(begun, counts_from) > now + CLOCKS_DIFFER:
        raise AuthenticationFailed("The token is of the future: iat or nbf. Set the clock right.")


def keys_of(ehr: EhrSystem) -> JWKSet:
    """The EHR's keys: as entered, or from its address (kept for an hour)."""
    told = json.dumps(ehr.jwks) if ehr.jwks else cache.get_or_set(
        f"cds-keys:{ehr.pk}", lambda: _fetched(ehr.jwks_url), KEYS_FOR
    )  # fmt: skip
    return JWKSet.from_json(told)


def _fetched(address: str) -> str:
    """Over TLS and from nowhere else; a trial on one machine may do without TLS."""
    if not address.startswith("https://") and not settings.IS_LOCAL:
        raise AuthenticationFailed("The keys of the issuer have no address under https.")
    try:
        with build_opener(NoRedirect).open(address, timeout=SECONDS) as answer:
            return str(answer.read(LARGEST_KEY_SET).decode())
    except (URLError, OSError, ValueError):
        raise AuthenticationFailed("The keys of the issuer cannot be fetched now.") from None
