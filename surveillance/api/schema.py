"""The OpenAPI description: what every operation answers, whatever else it says of itself."""

from typing import Any

from drf_spectacular.contrib.django_oauth_toolkit import DjangoOAuthToolkitScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from surveillance.api.problems import MEDIA_TYPE


class FieldProblemSerializer(serializers.Serializer[dict[str, Any]]):
    """What is wrong with one field."""

    field = serializers.CharField(help_text="The path of the field, with dots")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[dict[str, Any]]):
    """An error (RFC 9457). Programs read `code`, people `detail`."""

    type = serializers.CharField(help_text="urn:hepcalc:problem: and the code")
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    # the library keeps its own findings under the same name
    errors = FieldProblemSerializer(many=True, required=False)  # type: ignore[assignment]


EVERYWHERE = {
    "400": "The request cannot be understood",
    "401": "No valid token",
    "403": "The token or its account may not do this",
    "406": "No media type that is asked for can be given",
    "429": "Too many requests; `Retry-After` says when to come back",
}
WHERE_AN_ID_IS_NAMED = {"404": "Nothing here for this token"}
WHERE_SOMETHING_IS_SENT = {
    "409": "A workflow refuses; `code` says which refusal",
    "413": "The request is too large",
    "415": "The media type of the request is not understood",
}


class ClientTokenScheme(DjangoOAuthToolkitScheme):  # type: ignore[no-untyped-call]
    """How the description names our tokens, and the scope that each operation takes."""

    target_class = "surveillance.api.authentication.ClientTokenAuthentication"
    name = "oauth2"

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[str]]:
        """The one scope of the view."""
        view: Any = auto_schema.view
        return {self.name: [view.required_scope]}


class PersonalTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the description names the tokens that people make for themselves."""

    target_class = "surveillance.api.authentication.PersonalTokenAuthentication"
    name = "personalToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """A bearer token."""
        words = "A token made under “My tokens”: `Authorization: Bearer hepcalc_pat_…`"
        return {"type": "http", "scheme": "bearer", "description": words}


class ApiSchema(AutoSchema):
    """Adds to each operation the problems that it may answer."""

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status, words in self._problems().items():
            if status not in bodies:
                bodies[status] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                    OpenApiResponse(ProblemSerializer, words), status, [MEDIA_TYPE]
                )
        return bodies

    def _problems(self) -> dict[str, str]:
        named = WHERE_AN_ID_IS_NAMED if "{" in self.path else {}
        sent = WHERE_SOMETHING_IS_SENT if self.method in {"POST", "PUT", "PATCH"} else {}
        own: dict[str, str] = getattr(self.view, "further_problems", {})
        return {**EVERYWHERE, **named, **sent, **own}
