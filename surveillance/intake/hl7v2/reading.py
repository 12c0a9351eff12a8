"""A message in our terms: the least that the listener needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from surveillance.arrivals import Arrival, Person, ReportArrival, ReportState, Unmapped
from surveillance.intake.hl7v2.header import Header, header_of
from surveillance.workflows.keep_message import Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMessage:
    """A message read: what to keep of it, what to answer, and why not AA."""

    envelope: Envelope
    parts: Sequence[Arrival | Unmapped]
    code: str
    problems: Sequence[str] = ()


def read_message(raw: bytes, mapping: Mapping[str, Any], *, time_zone: str = "UTC") -> ReadMessage:
    """The message in our terms. Raises ValueError where it has no header."""
    del mapping, time_zone
    header = header_of(raw)
    if header is None:
        raise ValueError("no header")
    envelope = Envelope(
        message_type=header.message_type,
        control_id=header.control_id,
        sent_at=header.sent_at,
        raw=raw,
    )
    rows = [line.split("|") for line in raw.decode("utf-8", "replace").split("\r")]
    said = {row[0]: row + [""] * 30 for row in reversed(rows)}
    parts = [_report(said, header)] if "OBR" in said and header.sent_at else []
    code = "AA" if parts else "AE"
    return ReadMessage(envelope=envelope, parts=parts, code=code)


def _report(said: Mapping[str, list[str]], header: Header) -> ReportArrival:
    at = header.sent_at or datetime.now(UTC)
    return ReportArrival(
        person=Person(mrn=said.get("PID", [""] * 30)[3].split("^")[0]),
        accession=said["OBR"][3].split("^")[0],
        state=ReportState.FINAL,
        performed_on=at.date(),
        modality=None,
        procedure=said["OBR"][4],
        text=said.get("OBX", [""] * 30)[5],
        said_at=at,
    )
