"""POST /api/v1/imaging-exams/record-exams/: several reported exams, each answered for itself."""

from http import HTTPStatus
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from surveillance.api.problems import as_problem
from surveillance.api.schema import ProblemSerializer
from surveillance.api.scopes import Scope
from surveillance.api.verbs.addresses import KEY, REUSED
from surveillance.api.verbs.lesion_verbs import ExamInput, record_reported
from surveillance.api.verbs.preconditions import asked
from surveillance.api.verbs.results import ExamResult
from surveillance.api.verbs.targets import PATIENT
from surveillance.api.verbs.verb import Ask
from surveillance.api.verbs.view import as_response, once
from surveillance.api.views import ApiView
from surveillance.roles import Permission
from surveillance.workflows.answer_once import Answer
from surveillance.workflows.errors import WorkflowRefused

MOST_EXAMS = 100
EXAMPLE = {
    "patient": "5f0c0c2e-0000-4000-8000-000000000001", "accession": "MR-2026-0815",
    "performed_on": "2026-08-20", "modality": "MRI_EXTRACELLULAR",
    "findings": [{"lesion": "5f0c0c2e-0000-4000-8000-000000000003", "size_mm": 8}],
}  # fmt: skip
"""Of one exam: the library puts it into the list."""


class ExamOfPatientInput(ExamInput):
    """One reported exam, and whose it is."""

    patient = serializers.UUIDField()


class ExamOutcomeSerializer(serializers.Serializer[Any]):
    """What became of one exam, counted from 1: `exam`, or the `problem` for which it is refused."""

    row = serializers.IntegerField()
    exam = ExamResult(allow_null=True)
    problem = ProblemSerializer(allow_null=True)


class RecordExamsView(ApiView):
    """Each goes in whole or not at all, good ones beside refused ones, in the order sent."""

    required_scope = Scope.RECORD_EXAM
    further_problems: ClassVar = REUSED

    @extend_schema(
        operation_id="record_exams",
        tags=["verbs"],
        summary="Record up to 100 reported exams",
        request=ExamOfPatientInput(many=True),
        responses={200: OpenApiResponse(ExamOutcomeSerializer(many=True), "One for each exam")},
        parameters=[KEY],
        examples=[OpenApiExample("One exam", value=EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Record them, once for each `Idempotency-Key`."""
        self.caller.require_somewhere(Permission.RECORD_EXAM)
        said, now = request.data, timezone.now()
        if not isinstance(said, list) or not 0 < len(said) <= MOST_EXAMS:
            raise exceptions.ParseError(f"Send a list of 1 to {MOST_EXAMS} exams.", "no_exams")

        def act() -> Answer:
            told = [{"row": row} | self._outcome(one) for row, one in enumerate(said, 1)]
            body = JSONRenderer().render(ExamOutcomeSerializer(told, many=True).data).decode()
            return Answer(HTTPStatus.OK, body)

        return as_response(once(asked(request), act, now))

    def _outcome(self, said: Any) -> dict[str, Any]:
        try:
            return {"exam": self._record(said), "problem": None}
        except (WorkflowRefused, exceptions.APIException) as refused:
            return {"exam": None, "problem": as_problem(refused)}

    def _record(self, said: Any) -> object:
        form = ExamOfPatientInput(data=said)
        form.is_valid(raise_exception=True)
        exam = dict(form.validated_data)
        pk = exam.pop("patient")
        patient = PATIENT.rows(self.caller.sites(Permission.VIEW_PATIENT)).filter(pk=pk).first()
        if patient is None:
            problem = "There is no such patient for this token."
            raise serializers.ValidationError({"patient": [problem]})
        self.caller.require(Permission.RECORD_EXAM, patient.site)
        return record_reported(Ask(self.caller, patient, exam, timezone.now()))
