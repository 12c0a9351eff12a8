"""Who must wait after wrong passwords: counted in the shared cache, never by an address alone.

A hospital stands behind one address, so that wrong passwords of one person must not keep the others
out. What is counted is a name at an address; beside it, far more loosely, a name at all addresses
(guessing from many machines) and an address over all names (one password tried on everybody).
allauth's rate limits do the counting; all processes see one count.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from allauth.core.internal import ratelimit
from django.core.cache import cache

APP = "hepcalc"
LIMITS = {
    "name_at_address": "5/15m/key",
    "name_anywhere": "50/1h/key",
    "address": "300/15m/key",
}
LONGEST_LOCK = 3600
ANYWHERE = "any"
"""Stands for the address where a name is locked at all of them."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that has been counted before its password is looked at."""

    counted: tuple[ratelimit.RateLimitUsage, ...]
    locked: str = ""
    """The limit that refuses it; empty when it may go on."""

    def undo(self) -> None:
        """The password was right: the attempt counts no more, earlier wrong ones still do."""
        for usage in self.counted:
            usage.rollback()


def count_attempt(name: str, address: str) -> Attempt:
    """Count an attempt to sign in as `name` from `address`; `locked` says that it must wait."""
    counted: list[ratelimit.RateLimitUsage] = []
    for limit, key in _keys(name, address).items():
        usage = _consume(limit, key)
        if usage is None:
            return Attempt(tuple(counted), locked=limit)
        counted.append(usage)
    return Attempt(tuple(counted))


def note_lock(name: str, address: str, limit: str) -> bool:
    """Remember that `name` must wait, for those who may lift it. False: it was known before.

    Whoever asks to lift a lock does not know from which address it came; this list does.
    """
    where = ANYWHERE if limit == "name_anywhere" else address
    known = cache.get(_list_key(name), [])
    if where in known:
        return False
    cache.set(_list_key(name), [*known, where], LONGEST_LOCK)
    return True


def locked_among(names: Iterable[str]) -> Collection[str]:
    """Which of these names have a lock that still holds. One question to the cache for most."""
    by_key = {_list_key(name): name for name in names}
    noted = cache.get_many(by_key)
    return {by_key[key] for key, places in noted.items() if _still_locked(by_key[key], places)}


def lift_lock(name: str, *, user_id: int) -> None:
    """Forget every wrong password and every wrong code of this person."""
    for address in cache.get(_list_key(name), []):
        for limit, key in _keys(name, address).items():
            if limit != "address":
                _clear(limit, key)
    _clear("name_anywhere", _keys(name, ANYWHERE)["name_anywhere"])
    ratelimit.clear(None, app="allauth.account", action="login_failed", key=code_key(user_id))
    cache.delete(_list_key(name))


def code_key(user_id: int) -> str:
    """The key under which allauth counts wrong codes of a person."""
    return f"mfa-auth-user-{user_id}"


def _still_locked(name: str, places: Iterable[str]) -> bool:
    return any(
        _consume(limit, key, dry_run=True) is None
        for place in places
        for limit, key in _keys(name, place).items()
        if limit != "address"
    )


def _keys(name: str, address: str) -> dict[str, str]:
    name = name.strip().lower()
    return {
        "name_at_address": f"{name}\n{address}",
        "name_anywhere": name,
        "address": address,
    }


def _list_key(name: str) -> str:
    digest = hashlib.sha256(name.strip().lower().encode()).hexdigest()
    return f"sign-in-locks:{digest}"


def _consume(limit: str, key: str, *, dry_run: bool = False) -> ratelimit.RateLimitUsage | None:
    return ratelimit.consume(
        None, app=APP, action=limit, config=LIMITS, key=key, dry_run=dry_run, limit_get=True
    )


def _clear(limit: str, key: str) -> None:
    ratelimit.clear(None, app=APP, action=limit, config=LIMITS, key=key)
