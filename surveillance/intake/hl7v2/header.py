"""The header of a message (MSH), read without the rest: whose feed is it, what is answered?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from surveillance.intake.hl7v2.character_sets import without_control_signs
from surveillance.intake.hl7v2.moments import moment

USUAL_SIGNS: Final = "|^~\\&"
BEFORE_MESSAGES: Final = b"\x0b\xef\xbb\xbf \t\r\n\x00"
LONGEST_HEADER: Final = 20_000
LAST_FIELD: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What MSH says. `sent_at` is `sent` (MSH-7), as UTC where it names no offset.

    `signs`: field, component, repetition, escape and subcomponent sign. `fields` are as they came
    (byte by byte, as Latin-1), so that an answer can mirror them.
    """

    sending_application: str
    sending_facility: str
    sent_at: datetime | None
    sent: str
    message_type: str
    control_id: str
    processing_id: str
    version: str
    charset: str
    continuation: str
    signs: str
    fields: tuple[str, ...]

    @property
    def kind(self) -> str:
        """MSH-9.1: ORU, ADT…"""
        return self.message_type.partition("^")[0]

    @property
    def event(self) -> str:
        """MSH-9.2: R01, A08… Empty where the sender leaves it out."""
        return self.message_type.partition("^")[2]


def header_of(raw: bytes) -> Header | None:
    """The header of the message, or None where the bytes are no HL7 v2 message."""
    start = raw[: LONGEST_HEADER * 2].lstrip(BEFORE_MESSAGES)[:LONGEST_HEADER]
    line = start.partition(b"\r")[0].partition(b"\n")[0]
    text = without_control_signs(line.decode("latin-1"))
    if text[:3].upper() != "MSH" or len(text) < len("MSH|^~\\&"):
        return None
    separator = text[3]
    if separator.isalnum() or not separator.isprintable() or separator.isspace():
        return None
    fields = ["MSH", separator, *text.split(separator)[1:]]
    fields += [""] * (LAST_FIELD + 2 - len(fields))
    return _header(fields, signs_of(separator, fields[2]))


def signs_of(separator: str, declared: str) -> str:
    """The five signs; the usual ones for those that MSH-2 leaves out."""
    given = declared[:4]
    return separator + given + USUAL_SIGNS[1 + len(given) :]


def _header(fields: list[str], signs: str) -> Header:
    first = [field.split(signs[2])[0].split(signs[1])[0].strip() for field in fields]
    of_kind = [part.strip().upper() for part in fields[9].split(signs[1])[:2]]
    return Header(
        sending_application=first[3],
        sending_facility=first[4],
        sent_at=moment(first[7], ZoneInfo("UTC")),
        sent=first[7],
        message_type="^".join(part for part in of_kind if part),
        control_id=fields[10].strip(),
        processing_id=fields[11],
        version=first[12],
        charset=first[18],
        continuation=first[14],
        signs=signs,
        fields=tuple(fields),
    )
