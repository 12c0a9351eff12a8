"""The shared secret of a hook: whoever knocks must carry it."""

from collections.abc import Mapping

from django.conf import settings
from django.utils.crypto import constant_time_compare

PREFIX = "Bearer "


def carries_token(headers: Mapping[str, str]) -> bool:
    """Whether `Authorization: Bearer …` is SMS_HOOK_TOKEN; never, while none is set."""
    given = headers.get("Authorization", "")
    token = settings.SMS_HOOK_TOKEN
    return bool(token) and constant_time_compare(given, f"{PREFIX}{token}")
