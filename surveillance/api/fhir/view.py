"""What every FHIR address has in common: media type, scopes, outcomes instead of problems."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from surveillance.api.fhir.outcome import outcome_of
from surveillance.api.permissions import ScopeMissing, scopes_of
from surveillance.api.problems import problem_response
from surveillance.api.views import ApiView
from surveillance.fhir_out.elements import Context

MEDIA_TYPE = "application/fhir+json"
JSON_TYPES = frozenset(
    {MEDIA_TYPE, "application/json", "json", "text/json", "*/*", "application/*"}
)
EVERYTHING = "system/*.rs"


class FhirRenderer(JSONRenderer):
    """JSON under FHIR's media type."""

    media_type = MEDIA_TYPE
    format = "json"
    charset = "utf-8"


class FhirNegotiation(BaseContentNegotiation):
    """JSON in FHIR's clothes, asked for by `Accept` or `_format`; there is no XML here."""

    def select_parser(self, request: Request, parsers: Any) -> BaseParser | None:
        """The first that takes what was sent."""
        sent = (request.content_type or "").split(";")[0].strip()
        return next((one for one in parsers if one.media_type == sent), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Ours. Raises NotAcceptable where neither JSON nor anything at all will do."""
        asked = request.query_params.get("_format") or request.headers.get("Accept") or "*/*"
        # In an address a plus sign that was not escaped arrives as a blank.
        kinds = {one.split(";")[0].strip().replace(" ", "+") for one in asked.split(",")}
        if not kinds & JSON_TYPES:
            raise NotAcceptable("This server speaks JSON: ask for application/fhir+json.")
        return renderers[0], MEDIA_TYPE


class HasFhirScope(BasePermission):
    """The token may read everything (`system/*.rs`) or this type (`system/Task.rs`)."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """False without a token; ScopeMissing (403) where the token lacks the scope."""
        if request.auth is None:
            return False
        if not scopes_of(request) & set(view.scopes()):
            wanted = " or ".join(view.scopes())
            raise ScopeMissing(f"This token lacks the scope {wanted}. Ask for one that has it.")
        return True


class FhirView(ApiView):
    """One address under /fhir/r4; words of codes are in the language of records."""

    permission_classes: Sequence[type[BasePermission]] = (HasFhirScope,)
    renderer_classes = (FhirRenderer,)
    content_negotiation_class = FhirNegotiation
    schema = None  # FHIR describes itself: /fhir/r4/metadata

    def scopes(self) -> tuple[str, ...]:
        """Any one of these lets a token in."""
        return EVERYTHING, f"system/{self.kwargs.get('kind', '*')}.rs"

    def context(self) -> Context:
        """Where resources live, and now."""
        return Context(f"{settings.SITE_URL}/fhir/r4", timezone.now())

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer in the language of records, whatever the browser asks for."""
        with translation.override(settings.LANGUAGE_CODE):
            return super().dispatch(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        """The same errors as elsewhere, as an OperationOutcome."""
        response = super().handle_exception(exc)
        return Response(
            outcome_of(response.data), status=response.status_code, headers=_kept(response)
        )

    def get_exception_handler(self) -> Any:
        """Ours, which gives the problem that the outcome is made of."""
        return problem_response


def _kept(response: Response) -> Mapping[str, str]:
    names = ("WWW-Authenticate", "Retry-After")
    return {name: response[name] for name in names if name in response}
