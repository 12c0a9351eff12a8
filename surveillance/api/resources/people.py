"""Patients and the risk they carry."""

from typing import Any

from django.db.models import Exists, OuterRef
from rest_framework import serializers

from patients.models import Contraindication, Patient, PatientStatus, RiskProfile
from surveillance.api.filters import SiteFilter, account
from surveillance.api.resource import Reading, Resource, Rows, Shape, site_slug
from surveillance.models import FollowUp


class PatientSerializer(Shape[Patient]):
    """Who the person is, how to reach them, who looks after them.

    A record that was merged keeps its row; `merged_into` names the record that goes on.
    """

    site = serializers.SlugField(help_text="Short name of the site")
    email = serializers.CharField()

    class Meta:
        model = Patient
        fields = (
            "id", "site", "mrn", "family_name", "given_name", "birth_date", "sex", "phone", "email",
            "address", "postal_code", "city", "region", "country", "address_returned_on",
            "language", "interpreter_needed", "consent_phone", "consent_email", "consent_sms",
            "consent_letter", "navigator", "responsible_clinician", "primary_care", "status",
            "status_on", "status_reason", "merged_into", "last_contact_at", "last_contact_outcome",
            "created_at",
        )  # fmt: skip


class PatientFilters(SiteFilter):
    status = serializers.ChoiceField(required=False, choices=PatientStatus.choices)
    navigator = account("navigator_id")
    language = serializers.CharField(required=False, max_length=12)
    merged = serializers.BooleanField(
        required=False, help_text="Records that were merged into another one, or only the others."
    )
    unreachable = serializers.BooleanField(
        required=False, help_text="true: whom no way on record reaches."
    )
    owed = serializers.BooleanField(
        required=False, help_text="Whether anything is owed: an open follow-up."
    )
    created_after = serializers.DateTimeField(required=False, source="created_at__gt")


def _merged(rows: Rows, wanted: bool, _reading: Reading) -> Rows:
    return rows.filter(merged_into__isnull=not wanted)


def _unreachable(rows: Any, wanted: bool, _reading: Reading) -> Rows:
    unreachable: Rows = rows.unreachable()
    return unreachable if wanted else rows.exclude(pk__in=unreachable.values("pk"))


def _owed(rows: Rows, wanted: bool, _reading: Reading) -> Rows:
    open_ones = FollowUp.objects.open().filter(patient=OuterRef("pk"))
    return rows.filter(Exists(open_ones) if wanted else ~Exists(open_ones))


PATIENTS = Resource(
    name="patients",
    words="Patients",
    shape=PatientSerializer,
    filters=PatientFilters,
    rows=Patient.objects.all,
    patient="id",
    orders=("id", "created_at"),
    derived={"site": site_slug()},
    conditions={"merged": _merged, "unreachable": _unreachable, "owed": _owed},
)


class RiskProfileSerializer(Shape[RiskProfile]):
    """Everything known of a patient's risk from `effective_on` on. The newest is in force."""

    id = serializers.IntegerField(source="sequence")
    site = serializers.SlugField(help_text="Short name of the site")
    contraindications = serializers.ListField(
        child=serializers.ChoiceField(choices=Contraindication.choices)
    )

    class Meta:
        model = RiskProfile
        fields = (
            "id", "site", "patient", "effective_on", "cirrhosis", "chronic_hbv", "chronic_hcv",
            "masld_advanced_fibrosis", "ald", "other_chronic_liver_disease", "hcc_risk_factors",
            "prior_hcc", "normal_liver_function", "normal_liver_parenchyma",
            "extrahepatic_malignancy", "pregnant", "expected_delivery_on", "contraindications",
            "egfr", "torch_evaluated", "cardiac_failure_signs", "cardiac_failure_signs_on",
            "source", "recorded_at", "recorded_by",
        )  # fmt: skip


class RiskProfileFilters(SiteFilter):
    patient = serializers.UUIDField(required=False, source="patient_id")
    effective_by = serializers.DateField(required=False, source="effective_on__lte")
    recorded_after = serializers.DateTimeField(required=False, source="recorded_at__gt")


RISK_PROFILES = Resource(
    name="risk-profiles",
    words="Risk facts, as they were known at each time",
    shape=RiskProfileSerializer,
    filters=RiskProfileFilters,
    rows=RiskProfile.objects.all,
    site="patient__site_id",
    patient="patient_id",
    key="sequence",
    orders=("sequence", "effective_on", "recorded_at"),
    moments=("recorded_at",),
    derived={"site": site_slug("patient__site_id")},
)
