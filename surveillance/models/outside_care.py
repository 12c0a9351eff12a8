"""A patient who is followed at another institution: the evidence, and a second look at it."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from patients.models import AppendOnlyModel, AppendOnlyQuerySet, Patient
from surveillance.models.follow_up import FollowUp, FollowUpQuerySet


class OutsideCareState(models.TextChoices):
    """Derived from the review and the day; never stored."""

    UNCONFIRMED = "UNCONFIRMED", _("Waits for a second look")
    CONFIRMED = "CONFIRMED", _("Confirmed by a second person")
    NOT_SUFFICIENT = "NOT_SUFFICIENT", _("Evidence not sufficient")
    EXPIRED = "EXPIRED", _("Expired without a report")


class OutsideCareQuerySet(AppendOnlyQuerySet["OutsideCare"]):
    def unreviewed(self) -> "OutsideCareQuerySet":
        """Nobody has looked a second time."""
        return self.filter(review=None)

    def awaited(self) -> "OutsideCareQuerySet":
        """About a lesion to which something is still owed."""
        return self.filter(Exists(_open_for_its_lesion()))

    def expired_for_open(self, on: date) -> "OutsideCareQuerySet":
        """Believed until before that day, while what it is about is still owed."""
        return self.awaited().filter(expires_on__lt=on)


def _open_for_its_lesion() -> FollowUpQuerySet:
    return FollowUp.objects.open().filter(lesion=OuterRef("follow_up__lesion"))


class OutsideCare(AppendOnlyModel):
    """Evidence of follow-up elsewhere (FHIR EpisodeOfCare at another Organization).

    **Append-only.** It closes nothing: an exam at another institution counts once its report is on
    file (clinical.md 8.3). It counts up to and including `expires_on`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="outside_care")
    follow_up = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="outside_care")
    institution = models.CharField(max_length=200, help_text=_("Name and place"))
    evidence = models.TextField(help_text=_("What was seen or heard, and by whom"))
    document_reference = models.CharField(
        max_length=200, blank=True, help_text=_("Where the document lies (FHIR DocumentReference)")
    )
    expires_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = OutsideCareQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("outside care")
        indexes = [
            models.Index(fields=["follow_up", "-recorded_at"], name="outside_care_newest_idx"),
        ]

    def __str__(self) -> str:
        return f"OutsideCare {self.pk}"

    def state_on(self, day: date) -> OutsideCareState:
        """Where it stands on a day; read it with its `review` (select_related)."""
        review = getattr(self, "review", None)
        if review is not None and not review.is_sufficient:
            return OutsideCareState.NOT_SUFFICIENT
        if day > self.expires_on:
            return OutsideCareState.EXPIRED
        return OutsideCareState.UNCONFIRMED if review is None else OutsideCareState.CONFIRMED


class OutsideCareReview(AppendOnlyModel):
    """The second look at the evidence, by another person. **Append-only**, once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    outside_care = models.OneToOneField(
        OutsideCare, on_delete=models.PROTECT, related_name="review"
    )
    is_sufficient = models.BooleanField()
    note = models.TextField(blank=True)
    reviewed_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyQuerySet["OutsideCareReview"].as_manager()

    def __str__(self) -> str:
        return f"OutsideCareReview {self.pk}"
