"""GET /fhir/r4/metadata: what this server can, for everybody who asks."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from surveillance.api.fhir.conditional import KINDS as CONDITIONAL
from surveillance.api.fhir.kinds import KINDS, Kind
from surveillance.api.fhir.view import MEDIA_TYPE, FhirView
from surveillance.fhir_out.elements import Json, instant
from surveillance.intake.fhir.translating import USED
from surveillance.protocol.parameters import PROTOCOL_VERSION


class CapabilityView(FhirView):
    """No token is needed to know what could be asked."""

    authentication_classes: Any = ()
    permission_classes = (AllowAny,)

    def get(self, request: Request) -> Response:
        """The CapabilityStatement."""
        return Response(
            {
                "resourceType": "CapabilityStatement",
                "status": "active",
                "date": instant(timezone.now()),
                "kind": "instance",
                "software": {"name": "HepCalc Surveillance", "version": PROTOCOL_VERSION},
                "implementation": {
                    "description": "Surveillance of hepatic calcifications and calcified lesions",
                    "url": f"{settings.SITE_URL}/fhir/r4",
                },
                "fhirVersion": "4.0.1",
                "format": [MEDIA_TYPE],
                "rest": [
                    {
                        "mode": "server",
                        "security": _security(),
                        "interaction": [{"code": "transaction"}, {"code": "batch"}],
                        "resource": [_resource(name) for name in sorted({*KINDS, *USED})],
                    }
                ],
            }
        )


def _security() -> Json:
    system = "http://terminology.hl7.org/CodeSystem/restful-security-service"
    uris = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
    token = {"url": "token", "valueUri": f"{settings.SITE_URL}/oauth/token/"}
    return {
        "extension": [{"url": uris, "extension": [token]}],
        "service": [{"coding": [{"system": system, "code": "OAuth"}]}],
        "description": "OAuth2 client credentials; system/*.rs or system/Task.rs, intake to send",
    }


def _resource(name: str) -> Json:
    read = _read(name, KINDS[name]) if name in KINDS else {"type": name}
    if name not in USED:
        return read
    sent = [{"code": "create"}, {"code": "update"}]
    conditional = name in CONDITIONAL
    return read | {
        "interaction": [*read.get("interaction", ()), *sent],
        "updateCreate": True,
        "conditionalCreate": conditional,
    }


def _read(name: str, kind: Kind) -> Json:
    common = [{"name": "_id", "type": "token", "documentation": "The id of the resource"}]
    about = [
        {"name": one, "type": "reference", "documentation": "Whom it is about"}
        for one in kind.about
    ]
    own = [
        {
            "name": key,
            "type": one.kind,
            "documentation": one.words + (" (POST _search only)" if one.only_in_body else ""),
        }
        for key, one in kind.parameters.items()
    ]
    reading: Json = {
        "type": name,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": [*common, *about, *own],
    }
    if name == "Patient":
        everything = "http://hl7.org/fhir/OperationDefinition/Patient-everything"
        reading["operation"] = [{"name": "everything", "definition": everything}]
    return reading
