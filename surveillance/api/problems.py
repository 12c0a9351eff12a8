"""Errors as application/problem+json (RFC 9457), each with a stable code."""

from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from patients.workflows.errors import WorkflowRefused

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:hepcalc:problem:"


class Conflict(exceptions.APIException):
    """The record is not as the caller last saw it, or a workflow refuses in its present state."""

    status_code = HTTPStatus.CONFLICT
    default_code = "conflict"


def problem_response(error: Exception, _context: dict[str, Any]) -> Response | None:
    """What the REST interface answers to `error`; None for what is a fault of ours (500)."""
    problem = as_problem(error)
    if problem is None:
        return None
    set_rollback()
    headers = _headers(error)
    response = Response(problem, status=problem["status"], headers=headers)
    response.content_type = MEDIA_TYPE
    return response


def as_problem(error: Exception) -> dict[str, Any] | None:
    """`type`, `title`, `status`, `code`, `detail`, and `errors` (one per field) where known."""
    if isinstance(error, WorkflowRefused):
        details = {key: str(value) for key, value in error.details.items() if value is not None}
        return problem(HTTPStatus.CONFLICT, error.code, error.message) | _field(details, error)
    if isinstance(error, Http404):
        return problem(HTTPStatus.NOT_FOUND, "not_found", "There is nothing here for this token.")
    if isinstance(error, PermissionDenied):
        return problem(HTTPStatus.FORBIDDEN, "forbidden", "This token may not do that.")
    if isinstance(error, RequestDataTooBig):
        most = f"A body may have {settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024} MB here."
        return problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", f"{most} Send less at once."
        )
    if isinstance(error, exceptions.ValidationError):
        detail = "The request does not say what it must. Mend what `errors` names."
        errors = list(_field_errors(error.get_full_details(), ()))
        return problem(HTTPStatus.BAD_REQUEST, "invalid", detail) | {"errors": errors}
    if isinstance(error, exceptions.APIException):
        code = error.get_codes()
        return problem(
            HTTPStatus(error.status_code), code if isinstance(code, str) else "error",
            str(error.detail),
        )  # fmt: skip
    return None


def problem(status: HTTPStatus, code: str, detail: str) -> dict[str, Any]:
    """One problem without its fields."""
    return {
        "type": f"{TYPE_PREFIX}{code}",
        "title": status.phrase,
        "status": int(status),
        "code": code,
        "detail": detail,
    }


def _field(details: dict[str, str], error: WorkflowRefused) -> dict[str, Any]:
    name = details.get("field")
    if name is None:
        return {}
    return {"errors": [{"field": name, "code": error.code, "detail": error.message}]}


def _field_errors(found: Any, place: tuple[str, ...]) -> Any:
    """Every leaf of the library's nested errors, with the path to its field."""
    if isinstance(found, dict) and set(found) == {"message", "code"}:
        yield {"field": ".".join(place), "code": found["code"], "detail": str(found["message"])}
    elif isinstance(found, dict):
        for name, inner in found.items():
            yield from _field_errors(inner, (*place, str(name)))
    elif isinstance(found, list):
        leaves = all(isinstance(one, dict) and set(one) == {"message", "code"} for one in found)
        for number, inner in enumerate(found):
            yield from _field_errors(inner, place if leaves else (*place, str(number)))


def _headers(error: Exception) -> dict[str, str]:
    headers = {}
    if auth := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    if etag := getattr(error, "etag", None):
        headers["ETag"] = etag
    return headers
