"""How much the last check found, for the badge of the navigation: kept for a minute."""

from collections.abc import Collection

from django.contrib.auth.models import User
from django.core.cache import cache

from surveillance.models import FailsafeRun

SECONDS = 60


def found_at_last_check(user: User, sites: Collection[int]) -> int:
    """Findings at these sites and of the whole installation. One query, or none."""
    known: int | None = cache.get(_key(user))
    if known is None:
        run = FailsafeRun.objects.newest_first().first()
        found = run.kept() if run else ()
        known = sum(kept.site is None or kept.site in sites for kept in found)
        cache.set(_key(user), known, SECONDS)
    return known


def forget_count(user: User) -> None:
    """Count anew at the next page: this person just had everything checked."""
    cache.delete(_key(user))


def _key(user: User) -> str:
    return f"failsafe-found:{user.pk}"
