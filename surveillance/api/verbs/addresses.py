"""The addresses of all verbs, with their part of the description."""

from typing import Any

from django.urls import URLPattern, path
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)

from surveillance.api.verbs import (
    contact_verbs,
    escalation_verbs,
    follow_up_verbs,
    lesion_verbs,
    patient_verbs,
)
from surveillance.api.verbs.verb import Verb
from surveillance.api.verbs.view import VerbView

VERBS: tuple[Verb, ...] = (
    *patient_verbs.VERBS,
    *contact_verbs.VERBS,
    *lesion_verbs.VERBS,
    *follow_up_verbs.VERBS,
    *escalation_verbs.VERBS,
)
KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER,
    description="Recommended: a new UUID for each deed. The same request with the same key is done "
    "once and answered as the first time, for 24 hours.",
)  # fmt: skip
SEEN = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER,
    description="The `ETag` of the follow-up as you last read it. If somebody changed it since, "
    "nothing is done (412).",
)  # fmt: skip
REUSED = {"422": "The Idempotency-Key came before with another request"}
CHANGED = {"412": "The follow-up is not as `If-Match` says; `ETag` names how it is"}


def address_of(verb: Verb) -> URLPattern:
    """The verb at its address."""
    return path(f"{verb.address}/", view_of(verb).as_view(), name=f"api_{verb.name}")


def view_of(verb: Verb) -> type[VerbView]:
    """The view of one verb."""
    has_version = bool(verb.target and verb.target.has_version)
    named: dict[str, Any] = {
        "verb": verb,
        "required_scope": verb.scope,
        "further_problems": REUSED | (CHANGED if has_version else {}),
        "__doc__": verb.summary,
    }
    view = type(f"{verb.name.title().replace('_', '')}View", (VerbView,), named)
    described = extend_schema(
        operation_id=verb.name,
        summary=verb.summary,
        description=f"Scope `{verb.scope}`; the account needs the permission "
        f"{verb.permission.value} at the site of the record.",
        tags=["verbs"],
        request=verb.reads,
        responses={
            ("201" if verb.created else "200"): OpenApiResponse(verb.answers, "Done"),
        },
        parameters=[KEY, SEEN] if has_version else [KEY],
        examples=[OpenApiExample("Request", value=dict(verb.example), request_only=True)],
    )
    return extend_schema_view(post=described)(view)


urlpatterns = [address_of(verb) for verb in VERBS]
