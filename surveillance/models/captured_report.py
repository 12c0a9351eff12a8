"""Reports that speak of a hepatic calcification or recommend a look at the liver: none is lost."""

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from patients.models import AppendOnlyModel, AppendOnlyQuerySet, Patient, Site
from surveillance.models.imaging import LesionObservation
from surveillance.models.intake import IntakeItem, ItemStatus
from surveillance.models.term_choices import term_choices
from surveillance.protocol.terms import Modality

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


class CaptureState(models.TextChoices):
    """Derived from what is on file; never stored."""

    WAITING = "WAITING", _("Waits for a person")
    TRACKED = "TRACKED", _("Tracked: its findings are on file")
    EXCLUDED = "EXCLUDED", _("Excluded by a person")
    REPLACED = "REPLACED", _("Another text of the report stands")
    CANCELLED = "CANCELLED", _("Cancelled by the sender")


GONE: Final = (CaptureState.REPLACED, CaptureState.CANCELLED)
"""Nobody has to look: other words of the report are listed, or its sender took it back."""
TAKEN_IN: Final = (ItemStatus.APPLIED, ItemStatus.NOTHING_NEW, ItemStatus.NOT_FOLLOWED)


class Exclusion(models.TextChoices):
    """Why a captured report is not tracked here."""

    NOT_HEPATIC = "NOT_HEPATIC", _("No hepatic calcification: the text was read wrongly")
    KNOWN_BENIGN = "KNOWN_BENIGN", _("Known and proved benign")
    FOLLOWED_ELSEWHERE = "FOLLOWED_ELSEWHERE", _("Followed elsewhere")
    NOT_OUR_PATIENT = "NOT_OUR_PATIENT", _("Not a patient of this site")
    DECEASED = "DECEASED", _("The patient has died")
    SAID_OTHERWISE = "SAID_OTHERWISE", _("The sender’s later text stands, and says nothing of it")
    OTHER = "OTHER", _("Another reason, in words")


class CapturedReportQuerySet(AppendOnlyQuerySet["CapturedReport"]):
    def for_user(self, user: "AbstractBaseUser") -> "CapturedReportQuerySet":
        """Reports of the sites where this person holds a role."""
        return self.filter(site__in=Site.objects.for_user(user))

    def with_state(self) -> "CapturedReportQuerySet":
        """Each with its `state` (CaptureState) and the newest answer's `reason`."""
        return (
            self.annotate(is_sure=_is_sure(), is_cancelled=Exists(_cancellations()))
            .annotate(
                is_replaced=Exists(_same_words_before()) | Exists(_replacements()),
                reason=_newest_answer("exclusion"),
                answer=_newest_answer("state"),
                is_on_file=Exists(_on_file()),
            )
            .annotate(state=_state())
        )

    def in_state(self, state: CaptureState) -> "CapturedReportQuerySet":
        """Those that stand there now."""
        return self.with_state().filter(Q(("state", state)))

    def current(self) -> "CapturedReportQuerySet":
        """With their state, without what was cancelled or stands in other words."""
        return self.with_state().exclude(Q(("state__in", GONE)))

    def waiting(self) -> "CapturedReportQuerySet":
        """What nobody has put on file or excluded: the leak."""
        return self.in_state(CaptureState.WAITING)

    def waiting_since(self, now: datetime, days: int) -> "CapturedReportQuerySet":
        """Waiting for longer than so many days."""
        return self.waiting().filter(captured_at__lt=now - timedelta(days=days))

    def of_the_same(self) -> "CapturedReportQuerySet":
        """In a subquery: what was said of the report and person of the outer row, by parts whose
        person is not in doubt, and was not cancelled."""
        rows = self.filter(_of_person("item__mrn"), _is_sure(), site=OuterRef("site"))
        return rows.filter(~Exists(_cancellations()), accession=OuterRef("accession"))

    def first_said(self) -> "CapturedReportQuerySet":
        """Without what repeats the words of an earlier one."""
        return self.filter(~Exists(_same_words_before()))


def _state() -> Case:
    """A cancelled one waits no longer, and one of the same words is enough. A person's exclusion
    goes before what is on file; what is on file of somebody in doubt, or of fewer lesions than the
    text speaks of, tells nothing until a person has confirmed it."""
    by_itself = Q(is_sure=True, says_more=False)
    is_tracked = Q(is_on_file=True) & (by_itself | Q(answer=CaptureState.TRACKED))
    return Case(
        When(Q(is_sure=True, is_cancelled=True), then=Value(CaptureState.CANCELLED)),
        When(Q(is_sure=True, is_replaced=True), then=Value(CaptureState.REPLACED)),
        When(answer=CaptureState.EXCLUDED, then=Value(CaptureState.EXCLUDED)),
        When(is_tracked, then=Value(CaptureState.TRACKED)),
        default=Value(CaptureState.WAITING),
        output_field=models.CharField(),
    )


def _is_sure(item: str = "item__") -> Q:
    """Whose report it is, is not in doubt: it was taken in, or waits only for the kind of exam."""
    taken_in = Q(**{f"{item}status__in": TAKEN_IN})
    return taken_in | Q(**{f"{item}status": ItemStatus.WAITING, f"{item}code": "modality_unknown"})


def _of_person(number: str) -> Q:
    """About the person of the outer row: by the record number that was sent, or the record."""
    return Q(**{number: OuterRef("item__mrn")}) | Q(patient=OuterRef("patient"))


def _cancellations() -> QuerySet[IntakeItem]:
    """Said of the outer row's report and person, not before it."""
    return IntakeItem.objects.filter(
        _of_person("mrn"),
        _is_sure(item=""),
        site=OuterRef("site"),
        kind=OuterRef("item__kind"),
        key=OuterRef("accession"),
        is_cancellation=True,
        said_at__gte=OuterRef("said_at"),
    )


def _same_words_before() -> "CapturedReportQuerySet":
    """The outer row is a repetition of these; of what was said at one moment one is enough."""
    before = Q(said_at__lt=OuterRef("said_at")) | Q(
        said_at=OuterRef("said_at"), pk__lt=OuterRef("pk")
    )
    return CapturedReport.objects.of_the_same().filter(before, text=OuterRef("text"))


def _replacements() -> "CapturedReportQuerySet":
    """Whole reports of the same kind of exam said later, in other words, that speak of a
    calcification themselves (or, where the outer row speaks of none, recommend a look). Two exams
    of one visit may share a number."""
    speaks = Q(mentions_calcification=True) | Q(
        recommends_follow_up=True, mentions_calcification=OuterRef("mentions_calcification")
    )
    later = CapturedReport.objects.of_the_same().filter(
        speaks, is_whole=True, modality=OuterRef("modality")
    )
    return later.filter(said_at__gt=OuterRef("said_at")).first_said()


def _newest_answer(field: str) -> Case:
    """What a person said of these very words, also where they were sent again; of a report whose
    person is in doubt, only of itself."""
    own = CapturedReport.objects.filter(pk=OuterRef("pk"))
    alike = CapturedReport.objects.of_the_same().filter(text=OuterRef("text"))
    newest = [
        Subquery(
            rows.filter(answers__isnull=False)
            .order_by("-answers__answered_at")
            .values(f"answers__{field}")[:1]
        )
        for rows in (alike, own)
    ]
    return Case(When(Q(is_sure=True, is_cancelled=False), then=newest[0]), default=newest[1])


def _on_file() -> QuerySet[LesionObservation]:
    """Findings of the outer row's person under its number."""
    whose = (
        Q(exam__patient=OuterRef("patient"))
        | Q(exam__patient__mrn=OuterRef("item__mrn"))
        | Q(exam__patient__former_numbers__mrn=OuterRef("item__mrn"))
        | Q(exam__patient__merged_records__mrn=OuterRef("item__mrn"))
    )
    standing = LesionObservation.objects.standing()
    return standing.filter(
        whose, exam__site=OuterRef("site"), exam__accession=OuterRef("accession")
    )


class CapturedReport(AppendOnlyModel):
    """One report whose text speaks of it (surveillance/protocol/report_reader). **Append-only.**

    `reading` is what the reader of `reader_version` found, with places in `text`. Whether the
    report is tracked, excluded or waiting is derived (`with_state`). `is_whole`: signed, and more
    than an addendum; only such a one may stand for what was said before. `says_more`: the text
    speaks of a calcified lesion that the sender did not code.
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
    is_whole = models.BooleanField(db_default=False, default=False)
    says_more = models.BooleanField(db_default=False, default=False)
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
