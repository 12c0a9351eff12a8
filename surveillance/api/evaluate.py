"""POST /api/v1/decisions/evaluate/: written cases are answered as by `manage.py decide`."""

from typing import IO, Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import exceptions
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from surveillance.api.scopes import Scope
from surveillance.api.views import ApiView
from surveillance.protocol.case_json import CaseRefused, read_line
from surveillance.protocol.written_cases import answer_to_read

MOST_CASES = 1000
CASE = {
    "id": "case-1",
    "as_of": "2026-09-01",
    "patient": {"birth_date": "1960-05-17", "cirrhosis": "yes"},
    "lesion": {"kind": "NODULE_OR_MASS"},
    "history": [{"date": "2026-08-20", "modality": "MRI_EXTRACELLULAR", "size_mm": 8}],
}


class UnreadableCase(exceptions.ParseError):
    """The body is no JSON, or the one case in it cannot be understood."""

    default_code = CaseRefused.code


class WrittenCaseParser(JSONParser):
    """JSON as the protocol reads it: decimals exact, a field written twice refused."""

    def parse(self, stream: IO[bytes], *_: Any, **__: Any) -> Any:
        """Raises UnreadableCase."""
        try:
            return read_line(stream.read().decode("utf-8"))
        except UnicodeDecodeError:
            raise UnreadableCase("This is not UTF-8 text.") from None
        except CaseRefused as refusal:
            raise UnreadableCase(str(refusal)) from None


class EvaluateView(ApiView):
    """Stateless: nothing is read from the records, nothing is kept.

    One case is answered by one object, 400 where it cannot be understood; a list by a list of the
    same length, in which such a case is answered by its `id` and `error`.
    """

    required_scope = Scope.EVALUATE
    parser_classes = (WrittenCaseParser,)

    @extend_schema(
        operation_id="evaluate",
        tags=["decisions"],
        request=OpenApiTypes.ANY,
        responses={200: OpenApiResponse(OpenApiTypes.ANY, "The answer, or one for each case")},
        examples=[
            OpenApiExample("One case", value=CASE, request_only=True),
            OpenApiExample("Several", value=[CASE, CASE | {"id": "2"}], request_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        """Answer each case, in the order in which they came."""
        cases = request.data
        if not isinstance(cases, list):
            return Response(_the_one(cases))
        if len(cases) > MOST_CASES:
            raise exceptions.ParseError(
                f"{len(cases)} cases; send at most {MOST_CASES} at a time.", "too_many"
            )
        return Response([answer_to_read(case) for case in cases])


def _the_one(case: object) -> dict[str, object]:
    answer = answer_to_read(case)
    if "error" in answer:
        raise UnreadableCase(str(answer["error"]))
    return answer
