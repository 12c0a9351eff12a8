"""The obligation: what is owed to a lesion, by when, and who answers for it."""

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan
from django.utils.translation import gettext_lazy as _

from patients.models import Patient, Site
from surveillance.models.assessment import LesionAssessment
from surveillance.models.follow_up_states import OPEN, is_awake, is_overdue
from surveillance.models.imaging import ImagingExam
from surveillance.models.lesion import Lesion
from surveillance.models.term_choices import term_choices
from surveillance.protocol.terms import (
    EscalationClass,
    Modality,
    ObligationKind,
    RecommendationKind,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


class FollowUpOutcome(models.TextChoices):
    """How an obligation ended."""

    COMPLETED = "COMPLETED", _("Done")
    SUPERSEDED = "SUPERSEDED", _("Replaced by a new decision")
    NO_LONGER_OWED = "NO_LONGER_OWED", _("No longer owed (protocol)")
    NOT_APPROPRIATE = "NOT_APPROPRIATE", _("Not appropriate (clinician, signed)")
    DECEASED = "DECEASED", _("Deceased")
    TRANSFERRED = "TRANSFERRED", _("Transferred, acknowledged")
    REMOVED = "REMOVED", _("Lesion removed or treated")
    ENTERED_IN_ERROR = "ENTERED_IN_ERROR", _("Entered in error")


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def open(self) -> "FollowUpQuerySet":
        """What is still owed."""
        return self.filter(OPEN)

    def for_user(self, user: "AbstractBaseUser | AnonymousUser") -> "FollowUpQuerySet":
        """Follow-ups at the sites where this person holds a role."""
        return self.filter(site__in=Site.objects.for_user(user))

    def overdue(self, on: date) -> "FollowUpQuerySet":
        """Open and past the last day of their window: the first overdue day is latest + 1."""
        return self.open().filter(is_overdue(on))

    def awake(self, on: date) -> "FollowUpQuerySet":
        """Not put aside: never snoozed, or the day it was put aside until has come."""
        return self.filter(is_awake(on))

    def most_urgent_per_patient(self) -> "FollowUpQuerySet":
        """Of these, the first of each patient in the order of the queue: people are called once."""
        sooner = Q(sort_key__lt=OuterRef("sort_key")) | Q(
            sort_key=OuterRef("sort_key"), pk__lt=OuterRef("pk")
        )
        return self.filter(~Exists(self.filter(sooner, patient=OuterRef("patient"))))

    def after(self, sort_key: int, pk: uuid.UUID) -> "FollowUpQuerySet":
        """What follows this place in the order of the queue: one comparison of rows, so that a deep
        page begins where the index says."""
        return self.filter(TupleGreaterThan(Tuple(F("sort_key"), F("pk")), (sort_key, pk)))

    def to_look_at(self, on: date) -> "FollowUpQuerySet":
        """Open, with a step that may be owed by that day. A hint: the sweep recomputes."""
        return self.open().filter(next_look_on__lte=on)

    def expected_on(self, patient: uuid.UUID, day: date) -> "FollowUpQuerySet":
        """Open ones of this patient that are booked for that day."""
        return self.open().filter(patient=patient, booked_for=day)

    def dangerous_first(self) -> "FollowUpQuerySet":
        """The order of the queue."""
        return self.order_by("sort_key", "pk")


class FollowUp(models.Model):
    """One obligation with a window, one accountable owner and a coded end.

    Kind, advice and window never change (the database refuses); a new decision closes the row as
    SUPERSEDED and opens the next, which keeps `owed_since` and with it the ladder. Overdue is
    derived from dates and never stored. `patient` and `site` repeat the lesion's, for the queue.
    `sort_key` is ascending, most dangerous first. `next_look_on` is a hint for the sweep.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lesion = models.ForeignKey(Lesion, on_delete=models.PROTECT, related_name="follow_ups")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="follow_ups")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="follow_ups")
    assessment = models.ForeignKey(
        LesionAssessment, on_delete=models.PROTECT, related_name="follow_ups"
    )
    kind = models.CharField(max_length=10, choices=term_choices(ObligationKind))
    recommendation = models.CharField(max_length=40, choices=term_choices(RecommendationKind))
    advised_modality = models.CharField(max_length=20, choices=term_choices(Modality), blank=True)
    escalation_class = models.CharField(max_length=10, choices=term_choices(EscalationClass))
    reason = models.TextField(blank=True)
    earliest_on = models.DateField()
    target_on = models.DateField()
    latest_on = models.DateField()
    owed_since = models.DateField(help_text=_("The day from which the ladder counts"))
    opened_at = models.DateTimeField()

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="owned_follow_ups",
        db_index=False,  # follow_up_of_owner_idx: nobody asks for what somebody owned once
    )
    ordered_on = models.DateField(null=True, blank=True)
    order_number = models.CharField(max_length=64, blank=True)
    booked_for = models.DateField(null=True, blank=True)
    arrangement_lost_on = models.DateField(
        null=True,
        blank=True,
        help_text=_("The day on which an order or an appointment was cancelled last"),
    )
    arrangement_lost_reason = models.TextField(blank=True)
    missed_appointments = models.PositiveSmallIntegerField(default=0)
    twice_missed_on = models.DateField(
        null=True,
        blank=True,
        help_text=_("The day on which a second missed appointment was recorded"),
    )
    snoozed_until = models.DateField(null=True, blank=True)
    snooze_reason = models.TextField(blank=True)
    sort_key = models.BigIntegerField()
    next_look_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=20, choices=FollowUpOutcome.choices, blank=True)
    outcome_note = models.TextField(blank=True)
    completed_by = models.ForeignKey(
        ImagingExam,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="completed_follow_ups",
    )
    superseded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supersedes"
    )

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lesion", "kind"],
                condition=OPEN,
                name="follow_up_one_open_per_lesion_and_kind",
            ),
            models.CheckConstraint(
                condition=Q(earliest_on__lte=F("target_on"), target_on__lte=F("latest_on")),
                name="follow_up_window_in_order",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="", closed_by=None, outcome_note="")
                | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="follow_up_closure_is_whole",
            ),
            models.CheckConstraint(
                condition=(
                    Q(kind=ObligationKind.IMAGING, outcome=FollowUpOutcome.COMPLETED)
                    & Q(completed_by__isnull=False)
                )
                | (
                    ~(Q(kind=ObligationKind.IMAGING) & Q(outcome=FollowUpOutcome.COMPLETED))
                    & Q(completed_by=None)
                ),
                name="follow_up_imaging_completed_by_an_exam",
            ),
            models.CheckConstraint(
                condition=Q(snoozed_until=None, snooze_reason="")
                | (Q(snoozed_until__isnull=False) & ~Q(snooze_reason="")),
                name="follow_up_snooze_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(arrangement_lost_on=None, arrangement_lost_reason="")
                | (Q(arrangement_lost_on__isnull=False) & ~Q(arrangement_lost_reason="")),
                name="follow_up_loss_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "sort_key", "id"], condition=OPEN, name="follow_up_queue_idx"
            ),
            models.Index(
                fields=["patient", "sort_key", "id"],
                condition=OPEN,
                name="follow_up_of_patient_idx",
            ),
            models.Index(
                fields=["owner", "sort_key", "id"], condition=OPEN, name="follow_up_of_owner_idx"
            ),
            models.Index(
                fields=["site", "sort_key", "id"],
                condition=OPEN & Q(kind=ObligationKind.REVIEW),
                name="follow_up_decide_idx",
            ),
            models.Index(
                fields=["site", "sort_key", "id"],
                condition=OPEN & Q(snoozed_until__isnull=False),
                name="follow_up_snoozed_idx",
            ),
            models.Index(fields=["next_look_on"], condition=OPEN, name="follow_up_next_look_idx"),
            models.Index(
                fields=["booked_for"],
                condition=OPEN & Q(booked_for__isnull=False),
                name="follow_up_booked_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"FollowUp {self.pk}"
