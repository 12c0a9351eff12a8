"""Lesions, the exams that showed them, and what was decided."""

from typing import Any

from django.db.models import Exists, OuterRef
from rest_framework import serializers

from surveillance.api.filters import SiteFilter
from surveillance.api.resource import Derived, Reading, Resource, Rows, Shape, site_slug
from surveillance.models import (
    FollowUp,
    ImagingExam,
    Lesion,
    LesionAssessment,
    LesionEvent,
    LesionEventKind,
    LesionObservation,
    ReportStatus,
)
from surveillance.models.term_choices import term_choices
from surveillance.protocol.terms import EscalationClass, LesionKind, Modality, Risk

SITE_WORDS = "Short name of the site"
RETRACTED = "Retracted: entered in error."


class LesionSerializer(Shape[Lesion]):
    """A lesion. It is under surveillance while anything is owed to it."""

    site = serializers.SlugField(help_text=SITE_WORDS)
    segments = serializers.ListField(child=serializers.CharField(), help_text="Couinaud segments")
    under_surveillance = serializers.BooleanField(help_text="Has an open follow-up")

    class Meta:
        model = Lesion
        fields = (
            "id", "site", "patient", "label", "origin_mrn", "kind", "symptomatic", "number",
            "segments", "under_surveillance", "recorded_at", "recorded_by",
        )  # fmt: skip


class LesionFilters(SiteFilter):
    patient = serializers.UUIDField(required=False, source="patient_id")
    kind = serializers.ChoiceField(required=False, choices=term_choices(LesionKind))
    under_surveillance = serializers.BooleanField(required=False)
    recorded_after = serializers.DateTimeField(required=False, source="recorded_at__gt")


def _lesions() -> Rows:
    owed = FollowUp.objects.open().filter(lesion=OuterRef("pk"))
    return Lesion.objects.annotate(under_surveillance=Exists(owed))


LESIONS = Resource(
    name="lesions",
    words="Lesions",
    shape=LesionSerializer,
    filters=LesionFilters,
    rows=_lesions,
    site="patient__site_id",
    patient="patient_id",
    orders=("id", "recorded_at"),
    derived={"site": site_slug("patient__site_id")},
)


def _retracted(rows: Rows, wanted: bool, _reading: Reading) -> Rows:
    return rows.filter(retracted_at__isnull=not wanted)


class LesionEventSerializer(Shape[LesionEvent]):
    """What is known of a lesion besides exams; a retracted one counts no more."""

    site = serializers.SlugField(help_text=SITE_WORDS)
    patient = serializers.UUIDField(source="lesion.patient_id")

    class Meta:
        model = LesionEvent
        fields = (
            "id", "site", "patient", "lesion", "kind", "value", "occurred_on", "author", "evidence",
            "recorded_at", "recorded_by", "retracted_at", "retracted_by", "retracted_reason",
        )  # fmt: skip


class LesionEventFilters(SiteFilter):
    patient = serializers.UUIDField(required=False, source="lesion__patient_id")
    lesion = serializers.UUIDField(required=False, source="lesion_id")
    kind = serializers.ChoiceField(required=False, choices=LesionEventKind.choices)
    retracted = serializers.BooleanField(required=False, help_text=RETRACTED)
    recorded_after = serializers.DateTimeField(required=False, source="recorded_at__gt")


LESION_EVENTS = Resource(
    name="lesion-events",
    words="Pathology, decisions of the meeting, waivers, treatment, symptoms",
    shape=LesionEventSerializer,
    filters=LesionEventFilters,
    rows=LesionEvent.objects.all,
    site="lesion__patient__site_id",
    patient="lesion__patient_id",
    orders=("id", "recorded_at", "occurred_on"),
    moments=("recorded_at", "retracted_at"),
    derived={"site": site_slug("lesion__patient__site_id")},
    conditions={"retracted": _retracted},
)


class ImagingExamSerializer(Shape[ImagingExam]):
    """One exam. Never edited: an error is retracted and stays visible."""

    site = serializers.SlugField(help_text=SITE_WORDS)

    class Meta:
        model = ImagingExam
        fields = (
            "id", "site", "patient", "accession", "performed_on", "modality", "adequate", "vis",
            "whole_liver", "report_status", "reporter", "report_text", "is_external", "evidence",
            "recorded_at", "recorded_by", "retracted_at", "retracted_by", "retracted_reason",
        )  # fmt: skip


class ImagingExamFilters(SiteFilter):
    patient = serializers.UUIDField(required=False, source="patient_id")
    modality = serializers.ChoiceField(required=False, choices=term_choices(Modality))
    report_status = serializers.ChoiceField(required=False, choices=ReportStatus.choices)
    retracted = serializers.BooleanField(required=False, help_text=RETRACTED)
    performed_after = serializers.DateField(required=False, source="performed_on__gt")
    performed_before = serializers.DateField(required=False, source="performed_on__lt")
    recorded_after = serializers.DateTimeField(required=False, source="recorded_at__gt")


IMAGING_EXAMS = Resource(
    name="imaging-exams",
    words="Imaging exams",
    shape=ImagingExamSerializer,
    filters=ImagingExamFilters,
    rows=ImagingExam.objects.all,
    patient="patient_id",
    orders=("id", "recorded_at", "performed_on"),
    moments=("recorded_at", "retracted_at"),
    derived={"site": site_slug()},
    conditions={"retracted": _retracted},
    on_request=frozenset({"report_text"}),
)


class LesionObservationSerializer(Shape[LesionObservation]):
    """What one exam showed of one lesion; sizes in millimetres. Empty: the report says nothing."""

    site = serializers.SlugField(help_text=SITE_WORDS)
    patient = serializers.UUIDField(source="exam.patient_id")
    performed_on = serializers.DateField(source="exam.performed_on")
    retracted_at = serializers.DateTimeField(source="exam.retracted_at", allow_null=True)

    class Meta:
        model = LesionObservation
        fields = (
            "id", "site", "patient", "exam", "lesion", "performed_on", "lesion_seen", "adequate",
            "size_mm", "calcified_mm", "aphe", "washout", "capsule", "hemangioma_pattern", "lirads",
            "conclusion", "kind", "isolation", "pattern", "thick_wall", "septations",
            "solid_component", "retracted_at",
        )  # fmt: skip


class LesionObservationFilters(SiteFilter):
    patient = serializers.UUIDField(required=False, source="exam__patient_id")
    lesion = serializers.UUIDField(required=False, source="lesion_id")
    exam = serializers.UUIDField(required=False, source="exam_id")
    retracted = serializers.BooleanField(required=False, help_text=RETRACTED)


def _exam_retracted(rows: Rows, wanted: bool, _reading: Reading) -> Rows:
    return rows.filter(exam__retracted_at__isnull=not wanted)


LESION_OBSERVATIONS = Resource(
    name="lesion-observations",
    words="What an exam showed of a lesion",
    shape=LesionObservationSerializer,
    filters=LesionObservationFilters,
    rows=LesionObservation.objects.all,
    site="exam__site_id",
    patient="exam__patient_id",
    moments=("exam__recorded_at", "exam__retracted_at"),
    derived={"site": site_slug("exam__site_id")},
    conditions={"retracted": _exam_retracted},
)


def _told(name: str) -> Derived:
    """A list out of the whole answer of a decision."""
    return Derived(("answer",), lambda _reading, answer: answer.get(name, []))


class CitationSerializer(serializers.Serializer[Any]):
    """A sentence of the source document."""

    key = serializers.CharField()
    quote = serializers.CharField()


class LesionAssessmentSerializer(Shape[LesionAssessment]):
    """One decision of the protocol, or of a clinician (`override_kind`), with its reasons.

    `inputs` and `answer` are whole, so that `POST decisions/evaluate` answers the inputs again.
    """

    id = serializers.IntegerField(source="sequence")
    site = serializers.SlugField(help_text=SITE_WORDS)
    patient = serializers.UUIDField(source="lesion.patient_id")
    reasons = serializers.ListField(child=serializers.CharField())
    citations = CitationSerializer(many=True)
    missing = serializers.ListField(
        child=serializers.CharField(), help_text="Facts that nobody knew"
    )
    addons = serializers.ListField(child=serializers.CharField())
    answer = serializers.JSONField(help_text="The whole recommendation; in lists on request")
    inputs = serializers.JSONField(help_text="The whole case; in lists on request")

    class Meta:
        model = LesionAssessment
        fields = (
            "id", "site", "patient", "lesion", "as_of", "assessed_at", "assessed_by", "cause",
            "protocol_version", "rule", "recommendation", "risk", "escalation_class", "stop",
            "earliest_on", "target_on", "latest_on", "preferred_modality", "biopsy_allowed",
            "reasons", "citations", "missing", "addons", "answer", "inputs", "inputs_digest",
            "overrides", "override_kind", "override_reason", "override_expires_on",
        )  # fmt: skip


class LesionAssessmentFilters(SiteFilter):
    patient = serializers.UUIDField(required=False, source="lesion__patient_id")
    lesion = serializers.UUIDField(required=False, source="lesion_id")
    rule = serializers.CharField(required=False, max_length=8)
    risk = serializers.ChoiceField(required=False, choices=term_choices(Risk))
    escalation_class = serializers.ChoiceField(
        required=False, choices=term_choices(EscalationClass)
    )
    assessed_after = serializers.DateTimeField(required=False, source="assessed_at__gt")


LESION_ASSESSMENTS = Resource(
    name="lesion-assessments",
    words="What was decided about a lesion, why, and from which facts",
    shape=LesionAssessmentSerializer,
    filters=LesionAssessmentFilters,
    rows=LesionAssessment.objects.all,
    site="lesion__patient__site_id",
    patient="lesion__patient_id",
    key="sequence",
    orders=("sequence",),
    moments=("assessed_at",),
    derived={
        "site": site_slug("lesion__patient__site_id"),
        "reasons": _told("reasons"),
        "citations": _told("citations"),
        "missing": _told("missing"),
        "addons": _told("addons"),
    },
    on_request=frozenset({"answer", "inputs"}),
)
