"""Which exam answers what is owed: what was found, by machine, and what a person says of it."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from patients.models import AppendOnlyModel, AppendOnlyQuerySet, Patient, Site
from surveillance.models.follow_up import FollowUp
from surveillance.models.imaging import ImagingExam, LesionObservation
from surveillance.models.intake import IntakeItem, ItemStatus
from surveillance.models.lesion import Lesion
from surveillance.models.term_choices import term_choices
from surveillance.protocol.incoming import Source, Verdict


class MatchAnswer(models.TextChoices):
    """What a person says of a match."""

    CONFIRMED = "CONFIRMED", _("Confirmed: it answers")
    REJECTED = "REJECTED", _("Rejected: it does not answer")
    UNDONE = "UNDONE", _("Undone: the closure was wrong")
    AUDITED_RIGHT = "AUDITED_RIGHT", _("Looked at afterwards: right")
    AUDITED_WRONG = "AUDITED_WRONG", _("Looked at afterwards: wrong")


DECISIONS = (MatchAnswer.CONFIRMED, MatchAnswer.REJECTED, MatchAnswer.UNDONE)
AUDITS = (MatchAnswer.AUDITED_RIGHT, MatchAnswer.AUDITED_WRONG)


class ExamMatchQuerySet(AppendOnlyQuerySet["ExamMatch"]):
    def undecided(self) -> "ExamMatchQuerySet":
        """Likely ones that wait for a person: the exam stands (or could not yet be recorded), it
        says nothing of the lesion so far, and imaging of it is owed or a danger was read."""
        is_told = LesionObservation.objects.filter(exam=OuterRef("exam"), lesion=OuterRef("lesion"))
        waits = Q(exam__isnull=False, exam__retracted_at=None) | Q(
            exam=None, item__status=ItemStatus.WAITING
        )
        return self.filter(
            waits,
            ~Exists(is_told),
            ~Exists(ExamMatchAnswer.objects.filter(match=OuterRef("pk"), answer__in=DECISIONS)),
            verdict=Verdict.LIKELY,
        ).filter(Q(follow_up=None) | Exists(_owed_to_its_lesion()))

    def closed_by_themselves(self) -> "ExamMatchQuerySet":
        """Certain ones: a follow-up ended without a person."""
        return self.filter(verdict=Verdict.CERTAIN)

    def standing(self) -> "ExamMatchQuerySet":
        """Those whose exam still counts."""
        return self.filter(exam__retracted_at=None, exam__isnull=False)

    def to_audit(self) -> "ExamMatchQuerySet":
        """Sampled closures that nobody has looked at; one that was undone needs no look."""
        seen = ExamMatchAnswer.objects.filter(match=OuterRef("pk")).exclude(
            answer=MatchAnswer.CONFIRMED
        )
        return self.closed_by_themselves().standing().filter(~Exists(seen), is_sampled=True)

    def newest_first(self) -> "ExamMatchQuerySet":
        """The newest decision first."""
        return self.order_by("-decided_at", "pk")


def _owed_to_its_lesion() -> "models.QuerySet[FollowUp]":
    return FollowUp.objects.open().filter(lesion=OuterRef("lesion"), kind="IMAGING")


class ExamMatch(AppendOnlyModel):
    """The verdict of reconciliation on one exam and one lesion's follow-up. **Append-only.**

    `exam` is empty while the exam could not be recorded (its modality is not known); then `item`
    says what was received. `follow_up` is empty where nothing was owed but a danger was read.
    `told`: what the report says of the lesion, for the form of whoever confirms. The reasons are
    pairs of a stable code and a sentence. `relied_on`: places in the report's text.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="exam_matches")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="exam_matches")
    lesion = models.ForeignKey(Lesion, on_delete=models.PROTECT, related_name="exam_matches")
    follow_up = models.ForeignKey(
        FollowUp, null=True, blank=True, on_delete=models.PROTECT, related_name="exam_matches"
    )
    exam = models.ForeignKey(
        ImagingExam, null=True, blank=True, on_delete=models.PROTECT, related_name="matches"
    )
    item = models.ForeignKey(IntakeItem, on_delete=models.PROTECT, related_name="matches")
    verdict = models.CharField(max_length=10, choices=term_choices(Verdict))
    source = models.CharField(max_length=10, choices=term_choices(Source))
    told = models.JSONField(default=dict, blank=True)
    reasons_for = models.JSONField(default=list, blank=True)
    reasons_against = models.JSONField(default=list, blank=True)
    relied_on = models.JSONField(default=list, blank=True)
    reader_version = models.CharField(max_length=40)
    is_sampled = models.BooleanField(default=False)
    decided_at = models.DateTimeField()

    objects = ExamMatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("exam matches")
        constraints = [
            models.UniqueConstraint(
                fields=["exam", "lesion"],
                condition=Q(exam__isnull=False),
                name="exam_match_once_per_exam",
            ),
            models.UniqueConstraint(
                fields=["item", "lesion"],
                condition=Q(exam=None),
                name="exam_match_once_without_exam",
            ),
            models.CheckConstraint(
                condition=~Q(verdict=Verdict.CERTAIN)
                | Q(exam__isnull=False, follow_up__isnull=False),
                name="exam_match_certain_has_exam_and_follow_up",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-decided_at"], name="exam_match_patient_idx"),
            models.Index(
                fields=["site", "-decided_at"],
                condition=Q(verdict=Verdict.LIKELY),
                name="exam_match_likely_idx",
            ),
            models.Index(
                fields=["site", "-decided_at"],
                condition=Q(verdict=Verdict.CERTAIN),
                name="exam_match_certain_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"ExamMatch {self.pk}"


class ExamMatchAnswerQuerySet(AppendOnlyQuerySet["ExamMatchAnswer"]):
    def verdicts_on_sample(self, site: Site) -> "models.QuerySet[ExamMatchAnswer, dict[str, Any]]":
        """How often a sampled closure was found right or wrong, by class of what was owed; one
        that was undone before anybody was asked to look was wrong."""
        looked = self.filter(match__site=site, match__is_sampled=True)
        looked = looked.exclude(answer=MatchAnswer.CONFIRMED)
        by_class = looked.values("match__follow_up__escalation_class", "answer")
        return by_class.annotate(number=Count("pk"))


class ExamMatchAnswer(AppendOnlyModel):
    """What a person says of a match. **Append-only**; one decision and one audit each."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    match = models.ForeignKey(ExamMatch, on_delete=models.PROTECT, related_name="answers")
    answer = models.CharField(max_length=14, choices=MatchAnswer.choices)
    reason = models.TextField(blank=True)
    answered_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = ExamMatchAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["match"],
                condition=Q(answer__in=DECISIONS),
                name="exam_match_decided_once",
            ),
            models.UniqueConstraint(
                fields=["match"], condition=Q(answer__in=AUDITS), name="exam_match_audited_once"
            ),
            models.CheckConstraint(
                condition=Q(answer__in=[MatchAnswer.CONFIRMED, MatchAnswer.AUDITED_RIGHT])
                | ~Q(reason=""),
                name="exam_match_answer_against_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"ExamMatchAnswer {self.pk}"
