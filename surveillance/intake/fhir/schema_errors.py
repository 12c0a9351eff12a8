"""A resource held against HL7's R4 JSON schema; every error with its place and its cure."""

import json
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, cast

from jsonschema_rs import Draft6Validator, ValidationError

from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.problems import IssueType, Problem

SCHEMA = Path(__file__).parent / "schema" / "fhir-r4.schema.json"
WRITTEN_AS = {
    "date": "a date: YYYY, YYYY-MM or YYYY-MM-DD",
    "dateTime": "a date, or a moment with seconds and a time zone (2026-03-01T09:30:00+01:00)",
    "instant": "a moment with seconds and a time zone (2026-03-01T09:30:00+01:00)",
    "id": "up to 64 letters, digits, “-” and “.”",
    "code": "a code without spaces around it",
    "uri": "an address without spaces",
    "string": "a text that is not empty",
    "decimal": "a number",
}
MOST = 20
"""Errors told of one resource: beyond that somebody sends something else altogether."""


@cache
def definitions() -> Resource:
    """The definitions of the schema by name."""
    return cast(Resource, json.loads(SCHEMA.read_text())["definitions"])


@cache
def validator(resource_type: str) -> Draft6Validator:
    """The compiled definition of one resource type."""
    reference = f"#/definitions/{resource_type}"
    return Draft6Validator({"definitions": definitions(), "$ref": reference})


def schema_errors(resource: Resource, path: str) -> list[Problem]:
    """What the schema of its type finds wrong with `resource`, which stands at `path`."""
    checked = validator(resource["resourceType"])
    if checked.is_valid(resource):
        return []
    found: dict[str, Problem] = {}
    for error in islice(checked.iter_errors(resource), MOST):
        problem = _problem(error, path)
        found.setdefault(problem.path, problem)
    return list(found.values())


def _problem(error: ValidationError, path: str) -> Problem:
    where = path + "".join(map(_step, error.instance_path))
    kind = error.kind
    match kind.name:
        case "required":
            name = cast(Any, kind).property
            words = f"“{name}” is missing. R4 asks for it here."
            return Problem(f"{where}.{name}", IssueType.REQUIRED, words)
        case "additionalProperties":
            names = cast(Any, kind).unexpected
            words = f"R4 has no element {_listed(names)} here: leave it out, or check the version."
            return Problem(f"{where}.{_plain(names[0])}", IssueType.STRUCTURE, words)
        case "enum":
            allowed = ", ".join(map(str, cast(Any, kind).options))
            return Problem(
                where, IssueType.CODE_INVALID, f"Not a code of R4. Use one of: {allowed}."
            )
        case "type":
            words = f"Must be of type {_types(cast(Any, kind))}."
            return Problem(where, IssueType.STRUCTURE, words)
        case "pattern":
            return Problem(where, IssueType.VALUE, f"Must be {_written(cast(Any, kind).pattern)}.")
    return Problem(where, IssueType.STRUCTURE, "Is not what R4 defines here.")


def _step(step: str | int) -> str:
    return f"[{step}]" if isinstance(step, int) else f".{_plain(step)}"


def _plain(name: str) -> str:
    """The name of an element; what is none is not repeated."""
    return name if name.lstrip("_").isalnum() and len(name) <= 64 else "`…`"


def _listed(names: list[str]) -> str:
    return ", ".join(f"“{_plain(name)}”" for name in names[:5])


def _types(kind: Any) -> str:
    return " or ".join(map(str, kind.types))


@cache
def _patterns() -> dict[str, str]:
    return {definitions()[name]["pattern"]: words for name, words in WRITTEN_AS.items()}


def _written(pattern: str) -> str:
    return _patterns().get(pattern, "written as R4 defines it")
