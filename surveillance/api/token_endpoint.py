"""Where clients get their tokens. Whoever guesses secrets must wait, before a hash is computed.

Counted is a client's name at an address; beside it, far more loosely, the address alone: several
systems of a hospital stand behind one.
"""

import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from oauth2_provider.views import TokenView

APP = "hepcalc"
LIMITS = {"api_client_at_address": "10/5m/key", "api_address": "120/1m/key"}
WAIT_SECONDS = {"api_client_at_address": 300, "api_address": 60}


class GuardedTokenView(TokenView):  # type: ignore[misc]  # untyped library
    """As the library's; 429 with `Retry-After` after ten wrong secrets of a client."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A token, an OAuth2 error, or the order to wait."""
        counted = []
        for limit, key in _keys(request).items():
            usage = ratelimit.consume(
                None, app=APP, action=limit, config=LIMITS, key=key, limit_get=True
            )
            if usage is None:
                return _wait(limit)
            counted.append(usage)
        answer: HttpResponseBase = super().post(request, *args, **kwargs)
        if answer.status_code != _WRONG_SECRET:
            for usage in counted:
                usage.rollback()
        return answer


_WRONG_SECRET = 401


def _keys(request: HttpRequest) -> dict[str, str]:
    address = get_adapter().get_client_ip(request)
    return {"api_client_at_address": f"{_client(request)}\n{address}", "api_address": address}


def _client(request: HttpRequest) -> str:
    """The name that the client gives, in the body or in Basic authentication (RFC 6749 2.3.1: as
    in a form, so that one name may be written in many ways)."""
    kind, _blank, said = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            return unquote_plus(base64.b64decode(said).decode().partition(":")[0])
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return request.POST.get("client_id", "")


def _wait(limit: str) -> JsonResponse:
    """In OAuth2's words, which its clients understand."""
    told = {
        "error": "temporarily_unavailable",
        "error_description": "Too many wrong secrets. Wait, or have the secret renewed.",
    }
    return JsonResponse(told, status=429, headers={"Retry-After": str(WAIT_SECONDS[limit])})
