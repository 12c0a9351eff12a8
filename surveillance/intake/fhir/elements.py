"""Reading FHIR's data types: identifiers, coded values, names of things. All forgiving: other
resources of a bundle are not checked, and what is not as it should be says nothing."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from surveillance.intake.fhir.document import Resource


class Code(NamedTuple):
    """One coding. `place` counts it among its siblings."""

    system: str
    code: str
    display: str


def text(value: Any) -> str:
    """The text, or nothing."""
    return value.strip() if isinstance(value, str) else ""


def objects(value: Any) -> Iterator[Resource]:
    """The objects of a list, or the one that stands there alone."""
    if isinstance(value, list):
        return (one for one in value if isinstance(one, dict))
    return iter((value,) if isinstance(value, dict) else ())


def first(value: Any) -> Resource:
    """The first object, or an empty one."""
    if isinstance(value, dict):
        return value
    return next(objects(value), {})


def codes(concepts: Any) -> Iterator[Code]:
    """Every coding of one CodeableConcept or of several."""
    for concept in objects(concepts):
        for coding in objects(concept.get("coding")):
            yield code_of(coding)


def code_of(coding: Any) -> Code:
    """A Coding."""
    it = first(coding)
    return Code(_word(it.get("system")), _word(it.get("code")), _word(it.get("display")))


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""


def words(concepts: Any) -> str:
    """What a person would read: the text, else the first display, else the first code."""
    for concept in objects(concepts):
        displays = [code.display or code.code for code in codes(concept)]
        if found := text(concept.get("text")) or next(filter(None, displays), ""):
            return found
    return ""


def all_words(concepts: Any) -> str:
    """Everything that is said of it in words, for a search."""
    said = [text(concept.get("text")) for concept in objects(concepts)]
    return " ".join(filter(None, [*said, *(code.display for code in codes(concepts))]))


def identifiers(resource: Resource, *types: str, systems: tuple[str, ...] = ()) -> list[str]:
    """The values of its identifiers that are of one of `systems`, or else of one of the types of
    HL7 table 0203, in the order of `types`. Old ones do not count. Each once."""
    current = [one for one in objects(resource.get("identifier")) if one.get("use") != "old"]
    if systems:
        return _values(one for one in current if one.get("system") in systems)
    found: list[str] = []
    for wanted in types:
        found += _values(one for one in current if wanted in _types(one))
    return list(dict.fromkeys(found))


def only_identifier(resource: Resource) -> str:
    """The value of its identifier where it has just one and that says of no type what it is."""
    found = list(objects(resource.get("identifier")))
    untyped = _values(one for one in found if not _types(one))
    return untyped[0] if len(found) == 1 and untyped else ""


def _values(found: Iterator[Resource]) -> list[str]:
    return list(dict.fromkeys(filter(None, (text(one.get("value")) for one in found))))


def _types(identifier: Resource) -> set[str]:
    return {code.code for code in codes(identifier.get("type"))}
