"""Why a message that was understood is refused as a whole (AE)."""

from dataclasses import dataclass

from surveillance.arrivals import ArrivalKind
from surveillance.intake.hl7v2.header import Header
from surveillance.intake.hl7v2.mapping import FeedMapping
from surveillance.intake.hl7v2.problems import Problem, Severity, shown
from surveillance.intake.hl7v2.splitting import Segment, SplitMessage


@dataclass(frozen=True, slots=True)
class MessageKind:
    """A message that is used: MSH-9.1, its events (none: all), what it speaks of, what it cannot do
    without."""

    name: str
    events: frozenset[str]
    of: ArrivalKind
    needs: tuple[str, ...]


def refusal_of(
    header: Header, message: SplitMessage, kind: MessageKind | None, mapping: FeedMapping
) -> Problem | None:
    """The first reason to refuse the message; None: it can be read."""
    reasons = (
        _faulty_header(header),
        _practice(header, mapping),
        next((one for one in message.problems if one.severity == Severity.ERROR), None),
        _continued(header, message.segments),
        _two_messages(message.segments),
        _missing(message.segments, kind),
    )
    return next((reason for reason in reasons if reason), None)


def _faulty_header(header: Header) -> Problem | None:
    if not header.kind:
        return Problem("no_message_type", "MSH-9", "is empty. Send for example ORU^R01.")
    if not header.control_id:
        text = "is empty: answers could not be told apart. Number the messages."
        return Problem("no_control_id", "MSH-10", text)
    if header.version and not header.version.startswith("2."):
        return Problem("unknown_version", "MSH-12", "names no version 2 of HL7. Send 2.3 to 2.5.1.")
    return None


def _practice(header: Header, mapping: FeedMapping) -> Problem | None:
    """A message of a training system must not be taken for a patient's result."""
    sent = header.processing_id
    if not sent or sent.casefold() in mapping.processing_ids:
        return None
    text = f"says {shown(sent)}, not P: the message comes from no production system. To take such "
    return Problem("not_production", "MSH-11", text + "messages in, name it in the mapping "
                   "(processing_ids).")  # fmt: skip


def _continued(header: Header, segments: list[Segment]) -> Problem | None:
    """Parts of one message in several: nobody can say when they are complete."""
    places = (
        ("MSH-14", bool(header.continuation)),
        ("DSC-1", any(one.name == "DSC" and one.value(1) for one in segments)),
        ("ADD", len(segments) > 1 and segments[1].name == "ADD"),
    )
    where = next((place for place, holds in places if holds), "")
    text = "says that the message is continued in another. Send it in one message."
    return Problem("continued", where, text) if where else None


def _two_messages(segments: list[Segment]) -> Problem | None:
    if sum(one.name == "MSH" for one in segments) < 2:
        return None
    return Problem("two_messages", "MSH", "stands twice in one frame. Send each message by itself.")


def _missing(segments: list[Segment], kind: MessageKind | None) -> Problem | None:
    here = {segment.name for segment in segments}
    missing = [name for name in (kind.needs if kind else ()) if name not in here]
    if not missing:
        return None
    text = "is missing, and the message cannot be understood without it."
    return Problem("missing_segment", missing[0], text)
