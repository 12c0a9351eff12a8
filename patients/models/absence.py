"""Who is away from a site, on which days, and who answers meanwhile."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from patients.models.site import Site
from patients.models.tracked import TrackedQuerySet


class AbsenceQuerySet(TrackedQuerySet["Absence"]):
    def not_over(self, on: date) -> "AbsenceQuerySet":
        """Running on that day, or still to come."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=on), last_on__gte=on).exclude(
            ended_on__lte=F("first_on")
        )

    def in_force(self, on: date) -> "AbsenceQuerySet":
        """Running on that day."""
        return self.not_over(on).filter(first_on__lte=on)

    def overlapping(self, first_on: date, last_on: date) -> "AbsenceQuerySet":
        """Sharing at least one day with that span."""
        return self.not_over(first_on).filter(first_on__lte=last_on)

    def over(self, on: date) -> "AbsenceQuerySet":
        """Begun, and ended before that day or on it."""
        begun = self.filter(first_on__lt=on).exclude(ended_on__lte=F("first_on"))
        return begun.filter(Q(last_on__lt=on) | Q(ended_on__lte=on))


class Absence(models.Model):
    """One person's leave at one site, with the cover. Ended early, never deleted.

    `ended_on` is the first day back when it was ended early; on or before the first day it never
    was. Who owns what stays as it is: who answers now is derived (surveillance/absences.py).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="absences"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="absences")
    first_on = models.DateField(_("first day away"))
    last_on = models.DateField(_("last day away"))
    cover = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    ended_on = models.DateField(_("back early on"), null=True, blank=True)
    history = HistoricalRecords()

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(first_on__lte=F("last_on")), name="absence_days_in_order"
            ),
            models.CheckConstraint(
                condition=~Q(cover=F("user")), name="absence_covered_by_another"
            ),
        ]
        indexes = [models.Index(fields=["site", "last_on"], name="absence_of_site_idx")]

    def __str__(self) -> str:
        return f"Absence {self.pk}"
