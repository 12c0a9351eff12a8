"""Errors of this door as OperationOutcome."""

from http import HTTPStatus
from typing import Any, Final

from rest_framework.response import Response

from surveillance.api.problems import problem_response
from surveillance.intake.fhir.outcome import outcome
from surveillance.intake.fhir.problems import IssueType, Problem

ISSUES: Final = {
    HTTPStatus.UNAUTHORIZED: IssueType.LOGIN,
    HTTPStatus.FORBIDDEN: IssueType.FORBIDDEN,
    HTTPStatus.NOT_FOUND: IssueType.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: IssueType.NOT_SUPPORTED,
    HTTPStatus.NOT_ACCEPTABLE: IssueType.NOT_SUPPORTED,
    HTTPStatus.CONFLICT: IssueType.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: IssueType.TOO_LONG,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: IssueType.NOT_SUPPORTED,
    HTTPStatus.TOO_MANY_REQUESTS: IssueType.THROTTLED,
}


def outcome_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """What the REST interface would answer, said as FHIR does; None for a fault of ours."""
    answer = problem_response(error, context)
    if answer is None:
        return None
    said = answer.data
    issue = ISSUES.get(HTTPStatus(answer.status_code), IssueType.PROCESSING)
    answer.data = outcome([Problem("", issue, said["detail"], code=said["code"])])
    answer.content_type = None
    return answer
