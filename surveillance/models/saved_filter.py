"""A list of the queue that somebody keeps under a name."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from patients.models import Site

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

LONGEST_NAME = 60
LONGEST_QUERY = 300


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def standing(self) -> "SavedFilterQuerySet":
        """Those that nobody has removed."""
        return self.filter(removed_at=None)

    def offered_to(self, user: "AbstractBaseUser", site: Site) -> "SavedFilterQuerySet":
        """Their own at this site or at every site of theirs, and what colleagues share here."""
        own = Q(owner=user.pk) & (Q(site=site) | Q(is_everywhere=True))
        return self.standing().filter(own | Q(site=site, is_shared=True))


class SavedFilter(models.Model):
    """A tab and what narrows it, kept by a person; private, or shared with the team of a site.

    `site` is where it was saved; `is_everywhere` offers it at every site of its owner. `query` is
    the canonical text of an address: codes, days, numbers of colleagues, never anything about a
    patient. Removed, never deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_filters"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="saved_filters")
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField(max_length=LONGEST_QUERY)
    is_everywhere = models.BooleanField(default=False)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=Q(removed_at=None),
                name="saved_filter_name_once_per_owner",
            ),
            models.CheckConstraint(
                condition=Q(is_shared=False) | Q(is_everywhere=False),
                name="saved_filter_shared_at_one_site",
            ),
        ]

    def __str__(self) -> str:
        return f"SavedFilter {self.pk}"
