"""A lesion's whole history, line by line."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from surveillance.api.resource import one_or_404
from surveillance.api.resources.views import NOT_TO_BE_KEPT, note_look
from surveillance.api.views import ApiView
from surveillance.models import Lesion
from surveillance.roles import Permission
from surveillance.timeline import TimelineEntry, TimelineKind, build_timeline


class TimelineEntrySerializer(serializers.Serializer[TimelineEntry]):
    """One thing that happened; `ref` is the id of the record that says so. Words are for people."""

    kind = serializers.ChoiceField(choices=[(one.value, one.value) for one in TimelineKind])
    on = serializers.DateField()
    at = serializers.DateTimeField(allow_null=True)
    title = serializers.CharField()
    detail = serializers.ListField(child=serializers.CharField())
    by = serializers.CharField()
    ref = serializers.CharField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class TimelineSerializer(serializers.Serializer[Any]):
    """Everything recorded of a lesion and its patient that explains what became of it."""

    results = TimelineEntrySerializer(many=True)


class TimelineView(ApiView):
    """The history of one lesion, oldest first. A look at its patient."""

    @extend_schema(
        operation_id="read_lesion_timeline", tags=["lesions"], responses=TimelineSerializer,
        summary="What happened to a lesion, in order",
    )  # fmt: skip
    def get(self, request: Request, key: UUID) -> Response:
        """All entries, of every kind."""
        sites = self.caller.sites(Permission.VIEW_PATIENT)
        lesion = one_or_404(Lesion.objects.filter(pk=key, patient__site__in=sites).first())
        told = TimelineSerializer({"results": build_timeline(lesion)}).data
        note_look(self.caller, lesion.patient_id, "lesion timeline", timezone.now())
        return Response(told, headers=NOT_TO_BE_KEPT)
