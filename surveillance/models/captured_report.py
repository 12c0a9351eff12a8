"""Reports that speak of a hepatic calcification or recommend a look at the liver: none is lost."""

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from patients.models import AppendOnlyModel, AppendOnlyQuerySet, Patient, Site
from surveillance.models.imaging import LesionObservation
from surveillance.models.intake import IntakeItem
from surveillance.models.term_choices import term_choices
from surveillance.protocol.terms import Modality

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


class CaptureState(models.TextChoices):
    """Derived from what is on file; never stored."""

    WAITING = "WAITING", _("Waits for a person")
    TRACKED = "TRACKED", _("Tracked: its findings are on file")
    EXCLUDED = "EXCLUDED", _("Excluded by a person")


class Exclusion(models.TextChoices):
    """Why a captured report is not tracked here."""

    NOT_HEPATIC = "NOT_HEPATIC", _("No hepatic calcification: the text was read wrongly")
    KNOWN_BENIGN = "KNOWN_BENIGN", _("Known and proved benign")
    FOLLOWED_ELSEWHERE = "FOLLOWED_ELSEWHERE", _("Followed elsewhere")
    NOT_OUR_PATIENT = "NOT_OUR_PATIENT", _("Not a patient of this site")
    DECEASED = "DECEASED", _("The patient has died")
    OTHER = "OTHER", _("Another reason, in words")


class CapturedReportQuerySet(AppendOnlyQuerySet["CapturedReport"]):
    def for_user(self, user: "AbstractBaseUser") -> "CapturedReportQuerySet":
        """Reports of the sites where this person holds a role."""
        return self.filter(site__in=Site.objects.for_user(user))

    def current(self) -> "CapturedReportQuerySet":
        """The newest words of each report: an amended or cancelled one replaces what it was."""
        later = IntakeItem.objects.filter(
            site=OuterRef("site"),
            kind=OuterRef("item__kind"),
            key=OuterRef("item__key"),
            said_at__gt=OuterRef("said_at"),
        )
        return self.filter(~Exists(later))

    def with_state(self) -> "CapturedReportQuerySet":
        """Each with its `state` (CaptureState) and the newest answer's `reason`."""
        answers = CaptureAnswer.objects.filter(report=OuterRef("pk")).order_by("-answered_at")
        on_file = LesionObservation.objects.standing().filter(
            exam__site=OuterRef("site"), exam__accession=OuterRef("accession")
        )
        return self.annotate(
            reason=Subquery(answers.values("exclusion")[:1]),
            answer=Subquery(answers.values("state")[:1]),
        ).annotate(
            state=Case(
                When(answer=CaptureState.EXCLUDED, then=Value(CaptureState.EXCLUDED)),
                When(
                    Q(answer=CaptureState.TRACKED) | Exists(on_file),
                    then=Value(CaptureState.TRACKED),
                ),
                default=Value(CaptureState.WAITING),
                output_field=models.CharField(),
            )
        )

    def in_state(self, state: CaptureState) -> "CapturedReportQuerySet":
        """Those that stand there now."""
        return self.current().with_state().filter(Q(("state", state)))

    def waiting(self) -> "CapturedReportQuerySet":
        """What nobody has put on file or excluded: the leak."""
        return self.in_state(CaptureState.WAITING)

    def waiting_since(self, now: datetime, days: int) -> "CapturedReportQuerySet":
        """Waiting for longer than so many days."""
        return self.waiting().filter(captured_at__lt=now - timedelta(days=days))


class CapturedReport(AppendOnlyModel):
    """One report whose text speaks of it (surveillance/protocol/report_reader). **Append-only.**

    `reading` is what the reader of `reader_version` found, with places in `text`. Whether the
    report is tracked, excluded or waiting is derived (`with_state`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="captured_reports")
    item = models.OneToOneField(
        IntakeItem, on_delete=models.PROTECT, related_name="captured_report"
    )
    patient = models.ForeignKey(
        Patient, null=True, blank=True, on_delete=models.PROTECT, related_name="captured_reports"
    )
    accession = models.CharField(_("accession number"), max_length=64)
    performed_on = models.DateField()
    modality = models.CharField(max_length=20, choices=term_choices(Modality), blank=True)
    said_at = models.DateTimeField()
    captured_at = models.DateTimeField()
    text = models.TextField()
    reader_version = models.CharField(max_length=40)
    mentions_calcification = models.BooleanField()
    recommends_follow_up = models.BooleanField()
    reading = models.JSONField()

    objects = CapturedReportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["site", "-captured_at"], name="captured_report_newest_idx"),
            models.Index(fields=["site", "accession"], name="captured_report_number_idx"),
        ]

    def __str__(self) -> str:
        return f"CapturedReport {self.pk}"


class CaptureAnswer(AppendOnlyModel):
    """What a person made of a captured report. **Append-only**; the newest answer stands."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(CapturedReport, on_delete=models.PROTECT, related_name="answers")
    state = models.CharField(
        max_length=10,
        choices=[(one.value, one.label) for one in (CaptureState.TRACKED, CaptureState.EXCLUDED)],
    )
    exclusion = models.CharField(max_length=20, choices=Exclusion.choices, blank=True)
    note = models.TextField(blank=True)
    answered_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyQuerySet["CaptureAnswer"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=CaptureState.TRACKED, exclusion="")
                | (Q(state=CaptureState.EXCLUDED) & ~Q(exclusion="")),
                name="capture_answer_exclusion_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(exclusion=Exclusion.OTHER) | ~Q(note=""),
                name="capture_answer_other_reason_in_words",
            ),
        ]
        indexes = [
            models.Index(fields=["report", "-answered_at"], name="capture_answer_newest_idx")
        ]

    def __str__(self) -> str:
        return f"CaptureAnswer {self.pk}"


class ClarificationQuerySet(models.QuerySet["Clarification"]):
    def open(self) -> "ClarificationQuerySet":
        """Not yet answered."""
        return self.filter(answered_at=None)

    def overdue(self, now: datetime) -> "ClarificationQuerySet":
        """Open, and the moment by which it was to be answered has passed."""
        return self.open().filter(due_at__lt=now)


class Clarification(models.Model):
    """A recommendation lacks modality or interval: somebody asks the radiologist. Open → answered.

    It is owed to the report, beside what the protocol owes to the lesion, and ends nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.OneToOneField(
        CapturedReport, on_delete=models.PROTECT, related_name="clarification"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="clarifications")
    lacks_modality = models.BooleanField()
    lacks_interval = models.BooleanField()
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.TextField(blank=True, help_text=_("What the radiologist said, and when"))

    objects = ClarificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="clarification_answer_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(lacks_modality=True) | Q(lacks_interval=True),
                name="clarification_asks_something",
            ),
            models.CheckConstraint(
                condition=Q(opened_at__lte=F("due_at")), name="clarification_days_in_order"
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "due_at"],
                condition=Q(answered_at=None),
                name="clarification_open_idx",
            )
        ]

    def __str__(self) -> str:
        return f"Clarification {self.pk}"
