"""POST /api/v1/registry-rows/: many rows of a registry at once, each answered for itself."""

from http import HTTPStatus
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from surveillance.api.scopes import Scope
from surveillance.api.verbs.addresses import KEY, REUSED
from surveillance.api.verbs.preconditions import asked
from surveillance.api.verbs.view import as_response, once
from surveillance.api.views import ApiView
from surveillance.intake.csv_registry.columns import COLUMNS
from surveillance.intake.csv_registry.header import FileRefused
from surveillance.intake.csv_registry.listed import take_in_listed
from surveillance.roles import Permission
from surveillance.workflows.answer_once import Answer

MOST_ROWS = 1000
EXAMPLE = [
    {
        "site": "north", "mrn": "NB-1001", "family_name": "Example", "birth_date": "1960-05-17",
        "cirrhosis": True, "lesion_label": "L1", "lesion_kind": "NODULE_OR_MASS",
        "accession": "MR-2026-0815", "performed_on": "2026-08-20",
        "modality": "MRI_EXTRACELLULAR", "size_mm": 8,
    }
]  # fmt: skip


class RowProblemSerializer(serializers.Serializer[Any]):
    """What is wrong with one field; a note does not keep the row out."""

    field = serializers.CharField(source="column")
    code = serializers.CharField()
    detail = serializers.SerializerMethodField()
    severity = serializers.ChoiceField(choices=["error", "note"])

    def get_detail(self, problem: Any) -> str:
        """What is wrong, and how to mend it."""
        return f"{problem.message}. {problem.cure}" if problem.cure else str(problem.message)


class RowOutcomeSerializer(serializers.Serializer[Any]):
    """What became of one row; rows count from 1."""

    row = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=["NEW", "KNOWN", "REFUSED"])
    problems = RowProblemSerializer(many=True)


class RegistryRowsResult(serializers.Serializer[Any]):
    """Row by row, and what was created, changed or left as it was by kind of record."""

    dry_run = serializers.BooleanField()
    rows = RowOutcomeSerializer(many=True)
    counts = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()))


CELL = {
    "oneOf": [
        {"type": ["string", "number", "boolean", "null"]},
        {"type": "array", "items": {"type": "string"}},
    ]
}
ROWS_SCHEMA = {
    "type": "array",
    "minItems": 1,
    "maxItems": MOST_ROWS,
    "items": {
        "type": "object",
        "properties": {one.name: {"description": one.meaning, **CELL} for one in COLUMNS},
        "required": ["site", "mrn"],
        "additionalProperties": False,
    },
}


class RegistryRowsView(ApiView):
    """Takes rows in the columns of a registry file (docs/registry-file.md).

    A row goes in whole or not at all, good ones beside bad ones; rows that are on record already
    change nothing. An unknown column refuses the request.
    """

    required_scope = Scope.IMPORT_REGISTRY_ROWS
    further_problems: ClassVar = REUSED

    @extend_schema(
        operation_id="import_registry_rows",
        tags=["verbs"],
        summary="Take in up to 1,000 rows of a registry",
        request={"application/json": ROWS_SCHEMA},
        responses={200: OpenApiResponse(RegistryRowsResult, "What became of each row")},
        parameters=[
            KEY,
            OpenApiParameter(
                "dry_run", bool, description="true: say what it would come to, write nothing"
            ),
        ],
        examples=[OpenApiExample("One row", value=EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Take the rows in, once for each `Idempotency-Key`."""
        self.caller.require_somewhere(Permission.IMPORT_REGISTRY)
        sites = {one.slug: one for one in self.caller.sites(Permission.IMPORT_REGISTRY)}
        now, is_dry = timezone.now(), _is_dry(request)
        rows = _rows_in(request.data)

        def act() -> Answer:
            try:
                outcomes, taken = take_in_listed(
                    rows, sites=sites, is_dry=is_dry, by=self.caller.user, now=now
                )
            except FileRefused as refused:
                raise serializers.ValidationError(_by_column(refused)) from None
            told = {"dry_run": is_dry, "rows": outcomes, "counts": _nested(taken.counts)}
            body = JSONRenderer().render(RegistryRowsResult(told).data).decode()
            return Answer(HTTPStatus.OK, body)

        return as_response(once(asked(request, "dry_run"), act, now))


def _is_dry(request: Request) -> bool:
    said = request.query_params.get("dry_run", "false")
    if said not in ("true", "false"):
        raise serializers.ValidationError({"dry_run": ["Say true or false."]})
    return said == "true"


def _rows_in(said: Any) -> list[dict[str, Any]]:
    if not isinstance(said, list) or not said or not all(isinstance(one, dict) for one in said):
        raise exceptions.ParseError("Send a list of objects, one for each row.", "no_rows")
    if len(said) > MOST_ROWS:
        raise exceptions.ParseError(
            f"{len(said)} rows; send at most {MOST_ROWS} at a time.", "too_many"
        )
    if nested := sorted({name for row in said for name, cell in row.items() if _is_nested(cell)}):
        problem = ["Give a text, a number, true or false, or a list of texts."]
        raise serializers.ValidationError(dict.fromkeys(nested, problem))
    return said


def _is_nested(cell: Any) -> bool:
    parts = cell if isinstance(cell, list) else [cell]
    return any(isinstance(part, (dict, list)) for part in parts)


def _by_column(refused: FileRefused) -> dict[str, list[serializers.ErrorDetail]]:
    return {
        one.column: [serializers.ErrorDetail(f"{one.column} {one.message}. {one.cure}", one.code)]
        for one in refused.problems
    }


def _nested(counts: Any) -> dict[str, dict[str, int]]:
    told: dict[str, dict[str, int]] = {}
    for (kind, outcome), number in sorted(counts.items()):
        told.setdefault(kind, {})[outcome] = number
    return told
