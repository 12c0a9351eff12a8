"""GET /api/v1/: what answers here."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from surveillance.api.views import ApiView
from surveillance.protocol.parameters import PROTOCOL_VERSION


class ServiceSerializer(serializers.Serializer[Any]):
    """What this interface is, and for whom the token counts."""

    version = serializers.CharField()
    protocol_version = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())


class ServiceView(ApiView):
    """The interface's version, the protocol's version, and what the token may be used for."""

    @extend_schema(operation_id="service", responses=ServiceSerializer)
    def get(self, request: Request) -> Response:
        """Answer with the versions and the scopes of the token."""
        told = {
            "version": "v1",
            "protocol_version": PROTOCOL_VERSION,
            "scopes": sorted(self.caller.scopes),
        }
        return Response(ServiceSerializer(told).data)
