"""What the filters of the queue offer at a site, and what is saved there."""

from typing import Final

from django.contrib.auth.models import User
from django.core.cache import cache

from patients.models import Membership, Patient, Site
from surveillance.models import SavedFilter
from surveillance.ownership import ACCOUNTABLE
from surveillance.web.wording import name_of_user

MOST_LANGUAGES: Final = 40
LANGUAGES_KEPT: Final = 600
"""Seconds. A language that is new at a site is offered a little later."""


def owners_at(site: Site) -> dict[int, str]:
    """Who can answer for a follow-up at the site, by name. One query."""
    held = Membership.objects.current().filter(site=site, role__in=ACCOUNTABLE)
    rows = held.select_related("user").order_by("user__last_name", "user__pk")
    return {row.user_id: name_of_user(row.user) for row in rows}


def languages_at(site: Site) -> tuple[str, ...]:
    """The languages of the patients of the site. One query, or none."""
    key = f"queue-languages:{site.slug}"
    known: tuple[str, ...] | None = cache.get(key)
    if known is None:
        spoken = Patient.objects.filter(site=site).order_by("language").values_list("language")
        known = tuple(code for (code,) in spoken.distinct()[:MOST_LANGUAGES])
        cache.set(key, known, LANGUAGES_KEPT)
    return known


def saved_for(user: User, site: Site) -> list[SavedFilter]:
    """The menu of this person at the site, by name. One query."""
    rows = SavedFilter.objects.offered_to(user, site).select_related("owner")
    return list(rows.order_by("name", "created_at"))
