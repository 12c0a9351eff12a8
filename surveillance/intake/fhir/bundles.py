"""The Bundle around the resources: which kinds are taken, and what each entry asks for."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.elements import first, objects, text
from surveillance.intake.fhir.problems import IssueType, Problem

KINDS: Final = ("transaction", "batch", "message", "collection")
ASKING: Final = frozenset({"transaction", "batch"})
"""Kinds in which each entry says what is to be done with it."""

METHODS: Final = frozenset({"POST", "PUT"})
ALONE: Final = frozenset({"MessageHeader"})
"""Types that frame a message and say nothing of a patient."""

MOST_ENTRIES: Final = 5_000


class Request(NamedTuple):
    """`Bundle.entry.request`, as far as it matters."""

    method: str = ""
    url: str = ""
    if_none_exist: str = ""


def request_of(entry: Resource) -> Request:
    """What an entry asks for."""
    asked = first(entry.get("request"))
    return Request(
        text(asked.get("method")), text(asked.get("url")), text(asked.get("ifNoneExist"))
    )


def bundle_problems(bundle: Resource) -> list[Problem]:
    """What is wrong with the bundle as a whole."""
    kind = text(bundle.get("type"))
    if kind not in KINDS:
        words = f"A {kind} is not taken in here. Use one of: {', '.join(KINDS)}."
        return [Problem("Bundle.type", IssueType.NOT_SUPPORTED, words)]
    entries = list(objects(bundle.get("entry", [])))
    problems = [*_twice(entries)]
    if kind == "message":
        problems += _no_header(entries)
    return problems


def asked_wrongly(entry: Resource, asked: Request, path: str) -> Iterator[Problem]:
    """What is wrong with an entry's request, in a bundle in which each entry asks for something."""
    if "request" not in entry:
        words = "“request” is missing: say what is to be done (method, url)."
        yield Problem(f"{path}.request", IssueType.REQUIRED, words)
        return
    if asked.method not in METHODS:
        words = "Only POST and PUT are taken in. What is void is sent again as entered-in-error."
        yield Problem(f"{path}.request.method", IssueType.NOT_SUPPORTED, words)
        return
    kind = text(first(entry.get("resource")).get("resourceType"))
    if kind and asked.url.lstrip("/").partition("?")[0].split("/")[0] != kind:
        words = f"The address is not that of a {kind[:40]}."
        yield Problem(f"{path}.request.url", IssueType.INVARIANT, words)


def _twice(entries: list[Resource]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        address = text(entry.get("fullUrl"))
        version = text(first(first(entry.get("resource")).get("meta")).get("versionId"))
        key = f"{address} {version}"
        if address and key in seen:
            words = "Another entry has the same fullUrl: references to it have two meanings."
            yield Problem(f"Bundle.entry[{index}].fullUrl", IssueType.DUPLICATE, words)
        seen.add(key)


def _no_header(entries: list[Resource]) -> Iterator[Problem]:
    head = first(entries[0].get("resource")) if entries else {}
    if head.get("resourceType") != "MessageHeader":
        words = "The first entry of a message must be its MessageHeader."
        yield Problem("Bundle.entry[0].resource", IssueType.REQUIRED, words)
