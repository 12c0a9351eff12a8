"""The header of a message (MSH), read without the rest: whose feed is it, what is answered?"""

from datetime import UTC, datetime
from typing import Final, NamedTuple

from surveillance.intake.hl7v2.character_sets import without_control_bytes
from surveillance.intake.hl7v2.moments import moment

USUAL_SIGNS: Final = "|^~\\&"
BEFORE_MESSAGES: Final = b"\x0b\xef\xbb\xbf \t\r\n\x00"
LONGEST_HEADER: Final = 20_000
LAST_FIELD: Final = 20


class Header(NamedTuple):
    """What MSH says.

    `signs`: field, component, repetition, escape and subcomponent sign. `fields` are as they came
    (byte by byte, as Latin-1), so that an answer can mirror them; `fields[n]` is field n.
    """

    signs: str
    message_type: str
    fields: list[str]

    @property
    def kind(self) -> str:
        """MSH-9.1: ORU, ADT…"""
        return self.message_type.partition("^")[0]

    @property
    def event(self) -> str:
        """MSH-9.2: R01, A08… Empty where the sender leaves it out."""
        return self.message_type.partition("^")[2]

    @property
    def sending_application(self) -> str:
        """MSH-3, first component."""
        return self._first(3)

    @property
    def sending_facility(self) -> str:
        """MSH-4, first component."""
        return self._first(4)

    @property
    def sent(self) -> str:
        """MSH-7 as it came."""
        return self._first(7)

    @property
    def sent_at(self) -> datetime | None:
        """MSH-7, as UTC where it names no offset; None if it is no moment."""
        return moment(self.sent, UTC)

    @property
    def control_id(self) -> str:
        """MSH-10."""
        return self.fields[10].strip()

    @property
    def processing_id(self) -> str:
        """MSH-11, first component: P production, T training, D debugging."""
        return self._first(11)

    @property
    def version(self) -> str:
        """MSH-12, first component."""
        return self._first(12)

    @property
    def continuation(self) -> str:
        """MSH-14: the message goes on in another."""
        return self._first(14)

    @property
    def charset(self) -> str:
        """MSH-18: the set, or several (`~ISO IR87`) where escape sequences lead to others."""
        sets = self.fields[18].split(self.signs[2])
        return "~".join(one.split(self.signs[1])[0].strip() for one in sets).rstrip("~")

    def _first(self, field: int) -> str:
        return self.fields[field].split(self.signs[2])[0].split(self.signs[1])[0].strip()


def header_of(raw: bytes) -> Header | None:
    """The header of the message, or None where the bytes are no HL7 v2 message."""
    start = raw[: LONGEST_HEADER * 2].lstrip(BEFORE_MESSAGES)[:LONGEST_HEADER]
    line = start.partition(b"\r")[0].partition(b"\n")[0]
    text = without_control_bytes(line).decode("latin-1")
    if text[:3].upper() != "MSH" or len(text) < len("MSH|^~\\&"):
        return None
    separator = text[3]
    if separator.isalnum() or not separator.isprintable() or separator.isspace():
        return None
    fields = ["MSH", separator, *text.split(separator)[1:]]
    fields += [""] * (LAST_FIELD + 2 - len(fields))
    signs = signs_of(separator, fields[2])
    return Header(signs, _message_type(fields[9].upper().split(signs[1].upper())), fields)


def _message_type(parts: list[str]) -> str:
    """`ORU^R01`; also of `ORU_R01`, the structure in the place of kind and event. That of an ADT
    names no event (ADT_A01 is an A08, too): EVN-1 does."""
    kind, event = ([part.strip() for part in parts] + [""])[:2]
    if not event and "_" in kind:
        kind, _, event = kind.partition("_")
        event = "" if kind == "ADT" else event
    return "^".join(part for part in (kind, event) if part)


def signs_of(separator: str, declared: str) -> str:
    """The five signs; the usual ones for those that MSH-2 leaves out."""
    given = declared[:4]
    return separator + given + USUAL_SIGNS[1 + len(given) :]
