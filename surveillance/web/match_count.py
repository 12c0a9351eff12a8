"""How many exams wait for a person, for the badge of the navigation: kept for a minute."""

from collections.abc import Collection

from django.contrib.auth.models import User
from django.core.cache import cache

from surveillance.models import ExamMatch

SECONDS = 60
MOST = 100


def exams_to_confirm(user: User, sites: Collection[int]) -> int:
    """Counting stops at a hundred. One query, or none."""
    key = f"exams-to-confirm:{user.pk}"
    known: int | None = cache.get(key)
    if known is None:
        known = ExamMatch.objects.filter(site__in=sites).undecided()[:MOST].count()
        cache.set(key, known, SECONDS)
    return known
