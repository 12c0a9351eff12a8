"""What MSH says: the least that the listener needs."""

from dataclasses import dataclass
from datetime import UTC, datetime


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
