"""Somebody of the demonstration is on leave, so that cover and hand-over list can be seen."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.contrib.auth.models import User

from patients.models import Site
from surveillance.workflows.plan_absence import plan_absence

BEGAN = timedelta(days=3)
"""Before the last morning of the story."""
LASTS = timedelta(days=10)


def begins_on(first: date, last: date) -> date:
    """The first day away in a story of these days."""
    return max(first, last - BEGAN)


def go_on_leave(sites: Mapping[str, Site], *, now: datetime) -> None:
    """The first site's own navigator goes on leave; the navigator of every site covers."""
    slug, site = sorted(sites.items())[0]
    away = User.objects.filter(username=f"navigator.{slug}").first()
    cover = User.objects.filter(username="navigator").first()
    if away is None or cover is None:
        return
    today = site.local_date(now)
    plan_absence(
        user=away, site=site, first_on=today, last_on=today + LASTS, cover=cover, by=away, now=now
    )
