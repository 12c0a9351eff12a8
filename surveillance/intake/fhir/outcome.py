"""OperationOutcome: what is wrong, where, and how to mend it, in FHIR's own words."""

from collections.abc import Sequence
from typing import Any, Final

from surveillance.intake.fhir.problems import IssueType, Problem, Severity

CODES: Final = "urn:local:hepcalc-intake"
ALL_OK = Problem("", IssueType.INFORMATIONAL, "All OK", Severity.INFORMATION)


def outcome(problems: Sequence[Problem]) -> dict[str, Any]:
    """The resource. Nothing to say is said as well: an outcome has at least one issue."""
    issues = [_issue(problem) for problem in problems] or [_issue(ALL_OK)]
    return {"resourceType": "OperationOutcome", "issue": issues}


def _issue(problem: Problem) -> dict[str, Any]:
    issue: dict[str, Any] = {
        "severity": problem.severity.value,
        "code": problem.type.value,
        "diagnostics": problem.words,
    }
    if problem.code:
        coding = {"system": CODES, "code": problem.code}
        issue["details"] = {"coding": [coding], "text": problem.words}
    return issue | ({"expression": [problem.path]} if problem.path else {})
