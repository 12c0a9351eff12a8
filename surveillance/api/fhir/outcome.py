"""OperationOutcome: what FHIR answers instead of a problem."""

from typing import Any

from surveillance.fhir_out.elements import Json, known

ISSUE_CODES = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    410: "deleted",
    412: "conflict",
    413: "too-long",
    415: "not-supported",
    422: "processing",
    429: "throttled",
}


def issue(code: str, diagnostics: str, *expressions: str, severity: str = "error") -> Json:
    """One problem: its FHIR code, what is wrong and how to mend it, and where."""
    return known(
        severity=severity, code=code, diagnostics=diagnostics, expression=list(expressions)
    )


def outcome(*issues: Json) -> Json:
    """The resource that carries them."""
    return {"resourceType": "OperationOutcome", "issue": list(issues)}


def outcome_of(problem: dict[str, Any]) -> Json:
    """The same as one of our problems says (surveillance/api/problems.py)."""
    code = ISSUE_CODES.get(problem["status"], "processing")
    fields = [issue(code, one["detail"], one["field"]) for one in problem.get("errors", ())]
    return outcome(*(fields or [issue(code, problem["detail"])]))
