"""A message read: what to keep of it, its parts in our terms, and what to answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from surveillance.arrivals import Arrival, ArrivalKind, ReportArrival, Unmapped
from surveillance.intake.hl7v2.appointments import EVENTS, appointments_in
from surveillance.intake.hl7v2.character_sets import is_unreadable
from surveillance.intake.hl7v2.demographics import (
    MERGE_EVENTS,
    NUMBER_EVENTS,
    PATIENT_EVENTS,
    merges_in,
    number_changes_in,
    patients_in,
)
from surveillance.intake.hl7v2.documents import DOCUMENT_EVENTS, documents_in
from surveillance.intake.hl7v2.grouping import whole
from surveillance.intake.hl7v2.header import Header, header_of
from surveillance.intake.hl7v2.laboratory import results_in
from surveillance.intake.hl7v2.mapping import FeedMapping, MappingProblem, feed_mapping
from surveillance.intake.hl7v2.moments import moment, zone_named
from surveillance.intake.hl7v2.orders import orders_in
from surveillance.intake.hl7v2.problems import AckCode, Problem, Severity
from surveillance.intake.hl7v2.refusing import MessageKind, refusal_of
from surveillance.intake.hl7v2.report_text import is_file
from surveillance.intake.hl7v2.reports import reports_in
from surveillance.intake.hl7v2.said import Sender, unmapped
from surveillance.intake.hl7v2.splitting import Segment, SplitMessage, split_message
from surveillance.workflows.keep_message import Envelope

__all__ = ["AckCode", "Header", "Problem", "ReadMessage", "header_of", "read_message"]

LONGEST_CONTROL_ID: Final = 199
LONGEST_TYPE: Final = 60

_KINDS: Final = (
    MessageKind("ORU", frozenset(), ArrivalKind.REPORT, ("PID", "OBR")),
    MessageKind("MDM", DOCUMENT_EVENTS, ArrivalKind.REPORT, ("PID", "TXA")),
    MessageKind("ORM", frozenset({"O01"}), ArrivalKind.ORDER, ("PID", "ORC")),
    MessageKind("OMI", frozenset({"O23"}), ArrivalKind.ORDER, ("PID", "ORC")),
    MessageKind("OMG", frozenset({"O19"}), ArrivalKind.ORDER, ("PID", "ORC")),
    MessageKind("SIU", frozenset(EVENTS), ArrivalKind.APPOINTMENT, ("PID", "SCH")),
    MessageKind("ADT", PATIENT_EVENTS, ArrivalKind.PATIENT, ("PID",)),
    MessageKind("ADT", MERGE_EVENTS, ArrivalKind.MERGE, ("PID", "MRG")),
    MessageKind("ADT", NUMBER_EVENTS, ArrivalKind.MERGE, ("PID",)),
)
"""The messages that are used. A report is the likeliest where nobody can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMessage:
    """`code` is what to answer once the message was kept (docs/integration.md): AA kept, AE
    understood but refused, AR not HL7 v2. `problems` say why, warnings of an AA too. `header` is
    None with AR."""

    envelope: Envelope
    parts: Sequence[Arrival | Unmapped]
    code: AckCode | str
    problems: Sequence[Problem] = ()
    header: Header | None = None


class Verdict(NamedTuple):
    """What to answer, and what to do with the message."""

    code: AckCode
    parts: tuple[Arrival | Unmapped, ...]
    problems: tuple[Problem, ...]


def read_message(
    raw: bytes,
    mapping: Mapping[str, Any] | FeedMapping,
    *,
    time_zone: str = "UTC",
    header: Header | None = None,
) -> ReadMessage:
    """Translate one message, without the frame of MLLP. Never raises, whatever the bytes.

    `time_zone` is that of stamps without an offset, unless the mapping names one. What cannot be
    translated is `Unmapped` and waits for a person; a message that is refused waits as one part.
    `header`: where it was read already.
    """
    header = header or header_of(raw)
    if header is None:
        return _not_hl7(raw)
    filled, fault = feed_mapping(mapping)
    sender = Sender(filled, zone_named(filled.time_zone or time_zone))
    message = split_message(raw, header, filled.character_set)
    verdict = _verdict(header, message, sender)
    if fault and verdict.parts and verdict.code == AckCode.AA:
        verdict = _by_faulty_mapping(header, message, fault, sender)
    return ReadMessage(
        envelope=_envelope(raw, header, sender),
        parts=verdict.parts,
        code=verdict.code,
        problems=verdict.problems,
        header=header,
    )


def _verdict(header: Header, message: SplitMessage, sender: Sender) -> Verdict:
    event = _event(header, message.segments)
    kind = _kind(header.kind, event)
    if refusal := refusal_of(header, message, kind, sender.mapping):
        waiting = _waiting(kind, refusal, message.segments, sender)
        others = tuple(one for one in message.problems if one != refusal)
        return Verdict(AckCode.AE, waiting, (refusal, *others))
    if kind is None:
        return Verdict(AckCode.AA, (), (_not_used("not_used", "MSH-9"),))
    if is_unreadable(message.problems):
        waiting = _waiting(kind, message.problems[0], message.segments, sender)
        return Verdict(AckCode.AA, waiting, tuple(message.problems))
    parts = tuple(_parts(kind, event, message.segments, sender))
    warnings = [_as_warning(part) for part in parts if isinstance(part, Unmapped)]
    nothing = () if parts else (_not_used("nothing_used", ""),)
    files = _files_not_read(parts, message.segments)
    return Verdict(AckCode.AA, parts, (*warnings, *files, *nothing, *message.problems))


def _files_not_read(
    parts: tuple[Arrival | Unmapped, ...], segments: list[Segment]
) -> tuple[Problem, ...]:
    """A file beside the words of a report; without words the report waits, and says so."""
    if not any(isinstance(part, ReportArrival) and part.text for part in parts):
        return ()
    if not any(one.name == "OBX" and is_file(one) for one in segments):
        return ()
    text = "holds a file (ED, RP) beside the text. The text is read, the file is not."
    return (Problem("file_not_read", "OBX-5", text, Severity.WARNING),)


def _by_faulty_mapping(
    header: Header, message: SplitMessage, fault: MappingProblem, sender: Sender
) -> Verdict:
    """Nothing is taken in by a mapping with a fault: the wrong number might be read. It waits."""
    text = f"The mapping of this feed has a fault ({fault}). Mend it: it is read anew."
    problem = Problem("faulty_mapping", "", text, Severity.WARNING)
    kind = _kind(header.kind, _event(header, message.segments))
    return Verdict(AckCode.AA, _waiting(kind, problem, message.segments, sender), (problem,))


def _event(header: Header, segments: list[Segment]) -> str:
    """MSH-9.2, or EVN-1 of older messages; empty where neither says one."""
    return header.event or whole(segments).value(("EVN-1",)).upper()


def _kind(name: str, event: str) -> MessageKind | None:
    """The kind of message, if it is used here. ORM, OMI and OMG have one event each; an ORU holds
    results whatever its event."""
    for kind in _KINDS:
        is_only = not kind.events or (not event and len(kind.events) == 1)
        if kind.name == name and (is_only or event in kind.events):
            return kind
    return None


def _guessed(segments: list[Segment]) -> MessageKind:
    """Of a message that does not say its kind: the first that has all its segments."""
    here = {segment.name for segment in segments}
    return next((kind for kind in _KINDS if here.issuperset(kind.needs)), _KINDS[0])


def _parts(kind: MessageKind, event: str, segments: list[Segment], sender: Sender) -> list[Any]:
    if kind.name == "MDM":
        return [*documents_in(segments, event, sender)]
    if kind.events == NUMBER_EVENTS:
        return [*number_changes_in(segments, sender)]
    match kind.of:
        case ArrivalKind.REPORT:
            return [*reports_in(segments, sender), *results_in(segments, sender)]
        case ArrivalKind.ORDER:
            return [*orders_in(segments, sender)]
        case ArrivalKind.APPOINTMENT:
            return [*appointments_in(segments, event, sender)]
        case ArrivalKind.MERGE:
            return [*merges_in(segments, sender)]
        case _:
            return [*patients_in(segments, event, sender)]


def _waiting(
    kind: MessageKind | None, refusal: Problem, segments: list[Segment], sender: Sender
) -> tuple[Unmapped, ...]:
    """A refused message waits here, too: a sender may pass over what it is answered."""
    if kind is None and refusal.code == "no_message_type":
        kind = _guessed(segments)
    if kind is None:
        return ()
    places = {
        ArrivalKind.REPORT: sender.mapping.accession,
        ArrivalKind.ORDER: sender.mapping.order_number,
        ArrivalKind.APPOINTMENT: sender.mapping.appointment,
        ArrivalKind.MERGE: ("MRG-1",),
    }
    at = places.get(kind.of, ("PID-3",))
    return (unmapped(kind.of, refusal, whole(segments), at, sender),)


def _as_warning(part: Unmapped) -> Problem:
    text = part.problem.removeprefix(part.where).strip()
    return Problem(part.code, part.where, text, Severity.WARNING)


def _not_used(code: str, where: str) -> Problem:
    text = {
        "not_used": "names a kind of message that is not used here; it was kept.",
        "nothing_used": "The message was kept; it says nothing that is used here.",
    }
    return Problem(code, where, text[code], Severity.INFORMATION)


def _envelope(raw: bytes, header: Header, sender: Sender) -> Envelope:
    return Envelope(
        message_type=header.message_type[:LONGEST_TYPE],
        control_id=header.control_id[:LONGEST_CONTROL_ID],
        sent_at=moment(header.sent, sender.zone),
        raw=raw,
    )


def _not_hl7(raw: bytes) -> ReadMessage:
    text = "These bytes are no HL7 v2 message: they do not begin with MSH and its separators."
    return ReadMessage(
        envelope=Envelope(message_type="", control_id="", sent_at=None, raw=raw),
        parts=(),
        code=AckCode.AR,
        problems=(Problem("not_hl7", "MSH", text),),
    )
