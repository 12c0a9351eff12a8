"""Somebody said "not mine": kept, so that nobody is handed the same thing twice."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from patients.models import AppendOnlyModel, AppendOnlyQuerySet
from surveillance.models.follow_up import FollowUp

FOLLOW_UP_ITSELF = 0
Declined = dict[UUID, dict[int, frozenset[int]]]


class DisowningQuerySet(AppendOnlyQuerySet["Disowning"]):
    def declined(self, follow_ups: Iterable[UUID] | RawSQL) -> Declined:
        """Who will not have which tier (0: the follow-up itself) of these follow-ups again."""
        found: defaultdict[UUID, defaultdict[int, set[int]]]
        found = defaultdict(lambda: defaultdict(set))
        rows = self.filter(follow_up__in=follow_ups)
        for follow_up, tier, user, for_whom in rows.values_list(
            "follow_up_id", "tier", "user_id", "for_whom_id"
        ):
            found[follow_up][tier] |= {user, for_whom}
        return {
            follow_up: {tier: frozenset(people) for tier, people in tiers.items()}
            for follow_up, tiers in found.items()
        }


class Disowning(AppendOnlyModel):
    """`user` does not answer for this tier of a follow-up (0: the follow-up itself).

    `for_whom` is whose it was: the person themselves, or the absent colleague.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    follow_up = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="disownings")
    tier = models.PositiveSmallIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    for_whom = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    passed_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField(blank=True)
    at = models.DateTimeField()

    objects = DisowningQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(tier__lte=4), name="disowning_tier_is_0_to_4"),
        ]

    def __str__(self) -> str:
        return f"Disowning {self.pk}"
