"""What is wrong with one resource. What is surely right is seen at a glance.

HL7's schema and our own checks written as a schema are compiled together for each resource type.
That answers yes or no in one call, and is stricter than need be: what it does not pass is looked at
by `schema_errors` and `own_checks`, which know better (29 February) and name the place. In what it
passes they find nothing (a property of the tests).
"""

from collections.abc import Callable, Iterable
from functools import cache, reduce
from itertools import chain
from typing import Any, Final

from jsonschema_rs import Draft6Validator

from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.own_checks import (
    CHOICES,
    CODES,
    CONCEPTS,
    DATES,
    REQUIRED,
    VALUE_TYPES,
    own_checks,
)
from surveillance.intake.fhir.problems import Problem
from surveillance.intake.fhir.schema_errors import definitions, schema_errors

Schema = dict[str, Any]

SURELY_REAL: Final = (
    "^[12][0-9]{3}($|-[01][0-9]($|-([01][0-9]|2[0-8]))|-(0[13-9]|1[0-2])-(29|30)"
    "|-(0[13578]|1[02])-31)"
)
"""Days that every year has, where the rest is written as R4 asks for."""
BASE64: Final = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"


def problems_of(resource: Resource, path: str) -> list[Problem]:
    """What is wrong with a resource of a type that we check, which stands at `path`."""
    if is_surely_right(resource):
        return []
    found = schema_errors(resource, path)
    told = {problem.path for problem in found}
    return found + [one for one in own_checks(resource, path) if one.path not in told]


def is_surely_right(resource: Resource) -> bool:
    """Whether nothing is wrong with it. False: it cannot be told without a closer look."""
    return _check(resource["resourceType"])(resource)


@cache
def _check(kind: str) -> Callable[[Resource], bool]:
    nothing: Schema = {}
    both = [{"$ref": f"#/definitions/{kind}"}, reduce(_merged, _own(kind), nothing)]
    return Draft6Validator({"definitions": definitions(), "allOf": both}).is_valid


def _merged(one: Schema, other: Schema) -> Schema:
    """Both schemas as one: a place is looked up once, not once for each check."""
    merged = {**other, **one}
    for name in one.keys() & other.keys():
        ours, theirs = one[name], other[name]
        merged[name] = [*ours, *theirs] if isinstance(ours, list) else _merged(ours, theirs)
    return merged


def _own(kind: str) -> Iterable[Schema]:
    """Our own checks of one type, each as a schema."""
    found = (
        ((name, {"required": [_last(name)]}) for name in REQUIRED[kind]),
        ((name, _one_of(name, kind)) for name in CHOICES[kind]),
        ((name, _at(_last(name), {"pattern": SURELY_REAL})) for name in DATES[kind]),
        ((name, _at(name, {"enum": sorted(codes)})) for name, codes in CODES.get(kind, {}).items()),
        ((f"{name}.coding.code", _coded(codes)) for name, codes in CONCEPTS.get(kind, {}).items()),
        (("presentedForm.data", _form()) for _ in range(kind == "DiagnosticReport")),
    )
    for name, schema in chain.from_iterable(found):
        yield _below(name.split(".")[:-1], schema)


def _last(name: str) -> str:
    return name.split(".")[-1]


def _at(name: str, schema: Schema) -> Schema:
    return {"properties": {name: schema}}


def _one_of(name: str, kind: str) -> Schema:
    """At most one value of a choice. (What is not in the definition is refused by the schema.)"""
    *steps, last = name.split(".")
    there = definitions()["_".join([kind, *map(str.capitalize, steps)])]["properties"]
    names = [last + value for value in VALUE_TYPES if last + value in there]
    later = {
        one: [{"required": [other]} for other in names[at:]] for at, one in enumerate(names, 1)
    }
    return {"dependencies": {one: {"not": {"anyOf": rest}} for one, rest in later.items() if rest}}


def _coded(codes: frozenset[str]) -> Schema:
    return {"required": ["code"], **_at("code", {"enum": sorted(codes)})}


def _form() -> Schema:
    return {"dependencies": {"data": ["contentType"]}, **_at("data", {"pattern": BASE64})}


def _below(steps: list[str], schema: Schema) -> Schema:
    """The schema for each object at the end of these steps, in lists or alone."""
    for step in reversed(steps):
        schema = _at(step, {"items": schema, **schema})
    return schema
