"""The record numbers of a FHIR Patient, as an EHR sends it."""

from typing import Any


def record_numbers(resource: dict[str, Any], system: str) -> list[str]:
    """The identifiers of that system; without one, those of type MR. Whatever else comes, and what
    could not be on file (half of a sign), is no number."""
    identifiers = resource.get("identifier")
    listed = identifiers if isinstance(identifiers, list) else []
    rows = [one for one in listed if isinstance(one, dict) and _is_number(one.get("value"))]
    if system:
        return [one["value"] for one in rows if one.get("system") == system]
    return [one["value"] for one in rows if "MR" in _codes(one.get("type"))]


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable()


def _codes(concept: Any) -> set[Any]:
    codings = concept.get("coding") if isinstance(concept, dict) else None
    if not isinstance(codings, list):
        return set()
    return {
        one["code"] for one in codings if isinstance(one, dict) and isinstance(one.get("code"), str)
    }
