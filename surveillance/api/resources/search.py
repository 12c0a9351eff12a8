"""Patients by name, MRN or birth date. A POST, so that no address says whom somebody looked for."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from patients.models import Patient
from patients.workflows.record_view import record_views
from surveillance.api.fields import reader_of
from surveillance.api.resources.people import PATIENTS, PatientSerializer
from surveillance.api.resources.views import NOT_TO_BE_KEPT
from surveillance.api.verbs.reading import Said
from surveillance.api.views import ApiView

MOST_FOUND = 50
FEWEST_SIGNS = 2


class PatientSearchSerializer(Said):
    """Words with which an MRN, a name or a birth date (ISO) begins; all of them must fit."""

    words = serializers.CharField(min_length=FEWEST_SIGNS, max_length=200)
    site = serializers.SlugField(required=False, max_length=50)


class PatientsFoundSerializer(serializers.Serializer[Any]):
    """At most 50 patients; `more` where others fit, too: say more words."""

    results = PatientSerializer(many=True)
    more = serializers.BooleanField()


class PatientSearchView(ApiView):
    """Finds patients. Each one shown was looked at, and is on the audit trail as found."""

    @extend_schema(
        operation_id="search_patients",
        tags=["patients"],
        summary="Patients by MRN, name or birth date",
        request=PatientSearchSerializer,
        responses=PatientsFoundSerializer,
        examples=[OpenApiExample("By name", {"words": "rossi 1958"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Who matches, at the sites of the token."""
        asked = PatientSearchSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        now = timezone.now()
        reading = PATIENTS.reading(self.caller, now)
        slug = asked.validated_data.get("site")
        sites = [key for key, one in reading.slugs.items() if slug in {None, one}]
        rows: Any = Patient.objects.filter(site__in=sites).matching(asked.validated_data["words"])
        reader = reader_of(PATIENTS, frozenset(PATIENTS.names), ())
        found = reader.read(rows.order_by("pk")[: MOST_FOUND + 1], reading)
        shown = found[:MOST_FOUND]
        seen = Patient.objects.filter(pk__in=[row["id"] for row in shown]).select_related("site")
        record_views(patients=seen, by=self.caller.user, now=now, page="search")
        told = {"results": shown, "more": len(found) > MOST_FOUND}
        return Response(told, headers=NOT_TO_BE_KEPT)
