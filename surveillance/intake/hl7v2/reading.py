"""A message in our terms: the least that the listener needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from surveillance.arrivals import Arrival, Person, ReportArrival, ReportState, Unmapped
from surveillance.workflows.keep_message import Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What MSH says, first components only."""

    sending_application: str
    sending_facility: str
    sent_at: datetime | None
    message_type: str
    control_id: str
    version: str
    charset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMessage:
    """A message read: what to keep of it, what to answer, and why not AA."""

    envelope: Envelope
    parts: Sequence[Arrival | Unmapped]
    code: str
    problems: Sequence[str] = ()


def header_of(raw: bytes) -> Header | None:
    """The header, or None where the bytes are no HL7 v2 message."""
    if raw[:3] != b"MSH" or len(raw) < 9:
        return None
    fields = raw.split(b"\r", 1)[0].decode("utf-8", "replace").split(raw[3:4].decode("latin-1"))
    fields += [""] * (20 - len(fields))
    first = [one.split("^")[0] for one in fields]
    return Header(
        sending_application=first[2],
        sending_facility=first[3],
        sent_at=moment(first[6]),
        message_type=fields[8],
        control_id=first[9],
        version=first[11],
        charset=first[17],
    )


def moment(text: str) -> datetime | None:
    """A time stamp of HL7, read as UTC."""
    try:
        return datetime.fromisoformat(f"{text[:8]}T{text[8:14].ljust(6, '0')}").replace(tzinfo=UTC)
    except ValueError:
        return None


def read_message(raw: bytes, mapping: Mapping[str, Any]) -> ReadMessage:
    """The message in our terms. Raises ValueError where it has no header."""
    del mapping
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
