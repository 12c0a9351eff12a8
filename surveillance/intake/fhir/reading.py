"""The bytes of a FHIR message, read: what each entry says, and what is wrong with it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from surveillance.arrivals import Arrival, Unmapped
from surveillance.intake.fhir.bundles import (
    ALONE,
    ASKING,
    KINDS,
    MOST_ENTRIES,
    Request,
    asked_wrongly,
    bundle_problems,
    request_of,
)
from surveillance.intake.fhir.checking import problems_of
from surveillance.intake.fhir.document import NotJson, Resource, parse
from surveillance.intake.fhir.elements import first, objects, text
from surveillance.intake.fhir.mapping import FhirMapping
from surveillance.intake.fhir.problems import IssueType, Problem, Severity, note, refuses
from surveillance.intake.fhir.references import Surroundings, nobody, surroundings
from surveillance.intake.fhir.telling import Telling
from surveillance.intake.fhir.times import is_real, moment_of
from surveillance.intake.fhir.translating import USED, translate
from surveillance.workflows.keep_message import Envelope

NOTHING_ASKED: Final = Request()
SINGLE: Final = "single"
TOGETHER: Final = frozenset({"transaction", "message", SINGLE})
"""Accepted as a whole or not at all; in a batch or a collection each entry stands alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEntry:
    """One resource. `parts` is empty where it says nothing for us (a remark says why)."""

    path: str
    resource: Resource
    request: Request = NOTHING_ASKED
    full_url: str = ""
    parts: tuple[Arrival | Unmapped, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def type(self) -> str:
        """Its resourceType; empty where it has none."""
        return text(self.resource.get("resourceType"))

    @property
    def is_refused(self) -> bool:
        """Whether something is wrong with it that the sender must mend."""
        return refuses(self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBundle:
    """A message as it was read. `kind` is the type of the Bundle, `single`, or empty where the
    bytes are no message at all; `problems` are of the message as a whole."""

    envelope: Envelope
    kind: str
    entries: tuple[ReadEntry, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether nothing of it may be taken in."""
        if refuses(self.problems):
            return True
        return self.kind in TOGETHER and any(entry.is_refused for entry in self.entries)

    @property
    def parts(self) -> tuple[Arrival | Unmapped, ...]:
        """What is to be kept and taken in, in the order of the entries."""
        if self.is_refused:
            return ()
        return tuple(part for entry in self.entries for part in entry.parts)

    def all_problems(self) -> Iterator[Problem]:
        """Of the message, then of each entry. Whose something is cannot be told beside a Patient
        who is refused: what is said of that would send the sender the wrong way."""
        is_vague = any(entry.is_refused and entry.type == "Patient" for entry in self.entries)
        yield from self.problems
        for entry in self.entries:
            yield from (one for one in entry.problems if not (is_vague and _is_doubt(one)))


def _is_doubt(problem: Problem) -> bool:
    return problem.severity is Severity.WARNING and problem.type is IssueType.INCOMPLETE


def read_resource(
    raw: bytes,
    mapping: FhirMapping,
    *,
    received_at: datetime,
    mrn_of: Callable[[str], str] = nobody,
) -> ReadBundle:
    """Read one resource or a Bundle. Never raises: what is wrong is in the answer.

    `received_at` stands for the moments that the message does not name; `mrn_of` gives the record
    number of a patient whom the sender names by the id that they have here.
    """
    try:
        document = parse(raw)
    except NotJson as refused:
        return ReadBundle(
            envelope=_envelope(raw, "Not FHIR", "", None), kind="", problems=(refused.problem,)
        )
    kind = text(document.get("resourceType"))
    if kind == "Bundle":
        return _bundle(raw, document, mapping, received_at, mrn_of)
    path = kind or "Resource"
    wrong = tuple(_wrong(document, path))
    entry = ReadEntry(path=path, resource=document, problems=wrong)
    around = surroundings([("", document)], mrn_of)
    read = _translated(entry, mapping, around, received_at) if not entry.is_refused else entry
    envelope = _envelope(raw, kind[:60], _named(document), None)
    return ReadBundle(envelope=envelope, kind=SINGLE, entries=(read,))


def _bundle(
    raw: bytes,
    bundle: Resource,
    mapping: FhirMapping,
    received_at: datetime,
    mrn_of: Callable[[str], str],
) -> ReadBundle:
    kind = text(bundle.get("type"))
    stated = text(bundle.get("timestamp"))
    written = stated if len(stated) > len("YYYY-MM-DD") and is_real(stated) else ""
    sent_at = moment_of(written, mapping.zone) if written else None
    envelope = _envelope(raw, f"Bundle {kind}"[:60].strip(), _control_id(bundle), sent_at)
    problems, is_readable = _of_the_bundle(bundle)
    if not is_readable:
        return ReadBundle(envelope=envelope, kind=kind, problems=tuple(problems))
    checked = list(_entries(bundle))
    around = surroundings(
        ((one.full_url, one.resource) for one in checked if not one.is_refused), mrn_of
    )
    heard_at = sent_at or received_at
    read = tuple(
        one if one.is_refused else _translated(one, mapping, around, heard_at) for one in checked
    )
    return ReadBundle(
        envelope=envelope, kind=kind, entries=_studies_once(read), problems=tuple(problems)
    )


def _of_the_bundle(bundle: Resource) -> tuple[list[Problem], bool]:
    """What is wrong with the bundle, and whether its entries can be looked at all the same."""
    found = bundle.get("entry")
    if isinstance(found, list) and len(found) > MOST_ENTRIES:
        words = f"More than {MOST_ENTRIES:,} entries: send several bundles."
        return [Problem("Bundle.entry", IssueType.TOO_LONG, words)], False
    problems = problems_of(bundle, "Bundle")
    if problems:
        return problems, False
    return bundle_problems(bundle), text(bundle.get("type")) in KINDS


def _entries(bundle: Resource) -> Iterator[ReadEntry]:
    """Each entry with what is wrong about it, not yet translated."""
    asking = bundle.get("type") in ASKING
    for index, entry in enumerate(objects(bundle.get("entry", []))):
        path, asked = f"Bundle.entry[{index}]", request_of(entry)
        wrong = tuple(asked_wrongly(entry, asked, path)) if asking else ()
        resource = first(entry.get("resource"))
        yield ReadEntry(
            path=f"{path}.resource",
            resource=resource,
            request=asked,
            full_url=text(entry.get("fullUrl")),
            problems=(*wrong, *_wrong(resource, f"{path}.resource")),
        )


def _wrong(resource: Resource, path: str) -> list[Problem]:
    """What is wrong about the resource itself."""
    kind = text(resource.get("resourceType"))
    if kind not in USED:
        return _unused(resource, kind, path)
    problems = problems_of(resource, path)
    if "contained" in resource:
        for index, one in enumerate(objects(resource["contained"])):
            if one.get("resourceType") in USED:
                problems += problems_of(one, f"{path}.contained[{index}]")
    return problems


def _unused(resource: Resource, kind: str, path: str) -> list[Problem]:
    if kind in ALONE:
        return []
    if not resource and path != "Resource":
        words = "The entry has no resource: there is nothing to take in."
        return [Problem(path, IssueType.REQUIRED, words)]
    if not kind.isalpha():
        words = "“resourceType” is missing or no type of FHIR."
        return [Problem(f"{path}.resourceType", IssueType.REQUIRED, words)]
    words = f"Not used: nothing is read from a {kind[:40]} here."
    return [note(path, words, IssueType.NOT_SUPPORTED)]


def _translated(
    entry: ReadEntry, mapping: FhirMapping, around: Surroundings, heard_at: datetime
) -> ReadEntry:
    if entry.type not in USED:
        return entry
    said = translate(Telling(entry.resource, entry.path, mapping, around, heard_at))
    return replace(entry, parts=said.parts, problems=(*entry.problems, *said.notes))


def _studies_once(entries: tuple[ReadEntry, ...]) -> tuple[ReadEntry, ...]:
    """A study whose report is in the same message says nothing besides it."""
    reported = {
        getattr(part, "accession", "")
        for entry in entries
        if entry.type == "DiagnosticReport"
        for part in entry.parts
    }
    return tuple(_without(entry, reported) for entry in entries)


def _without(entry: ReadEntry, reported: set[str]) -> ReadEntry:
    if entry.type != "ImagingStudy":
        return entry
    if not any(getattr(part, "accession", None) in reported for part in entry.parts):
        return entry
    words = "Read with its report, which is in the same message."
    return replace(entry, parts=(), problems=(*entry.problems, note(entry.path, words)))


def _control_id(bundle: Resource) -> str:
    """By which the sender knows the message."""
    heads = (first(one.get("resource")) for one in objects(bundle.get("entry", [])))
    head = next(heads, {})
    header = text(head.get("id")) if head.get("resourceType") == "MessageHeader" else ""
    identifier = text(first(bundle.get("identifier")).get("value"))
    return identifier or " ".join(filter(None, (text(bundle.get("id")), header)))


def _named(resource: Resource) -> str:
    version = text(first(resource.get("meta")).get("versionId"))
    steps = (text(resource.get("resourceType")), text(resource.get("id")), version)
    return "/".join(filter(None, steps)) if text(resource.get("id")) else ""


def _envelope(raw: bytes, kind: str, control_id: str, sent_at: datetime | None) -> Envelope:
    return Envelope(
        message_type=kind or "Not FHIR",
        control_id=control_id[:199] or sha256(raw).hexdigest(),
        sent_at=sent_at,
        raw=raw,
    )
