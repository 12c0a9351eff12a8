"""What is answered to a message: MSH, MSA, and an ERR for each problem (from version 2.5)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from surveillance.intake.hl7v2.header import LAST_FIELD, USUAL_SIGNS, Header, header_of
from surveillance.intake.hl7v2.problems import AckCode, Fault, Problem
from surveillance.intake.hl7v2.splitting import PLACE

LONGEST_MIRRORED: Final = 250
MOST_TOLD: Final = 20
"""Problems in one answer; all of them are kept here."""
LONGEST_TEXT: Final = 80
"""Of MSA-3, in all versions."""
LONGEST_MESSAGE: Final = 250
"""Of ERR-8."""
USUAL_VERSION: Final = "2.5.1"
ERR_IN_FULL_FROM: Final = (2, 5)
STRUCTURE_FROM: Final = (2, 3, 1)
WORDS: Final = {
    Fault.SEQUENCE: "Segment sequence error",
    Fault.REQUIRED_FIELD_MISSING: "Required field missing",
    Fault.DATA_TYPE: "Data type error",
    Fault.NOT_IN_TABLE: "Table value not found",
    Fault.UNSUPPORTED_TYPE: "Unsupported message type",
    Fault.UNSUPPORTED_EVENT: "Unsupported event code",
    Fault.UNSUPPORTED_PROCESSING: "Unsupported processing id",
    Fault.UNSUPPORTED_VERSION: "Unsupported version id",
    Fault.UNKNOWN_KEY: "Unknown key identifier",
}


def acknowledge(
    raw_or_header: bytes | Header | None,
    code: AckCode | str,
    problems: Sequence[Problem | str],
    *,
    now: datetime,
    control_id: str,
) -> bytes:
    """The ACK, without the frame of MLLP. Version, signs and processing id are those of the
    message, sender and receiver changed places; the usual ones where it was no HL7. `control_id`
    is the answer's own."""
    header = header_of(raw_or_header) if isinstance(raw_or_header, bytes) else raw_or_header
    signs = header.signs if header else USUAL_SIGNS
    told = [one if isinstance(one, Problem) else Problem("other", "", one) for one in problems]
    version = _version(header)
    lines = [_msh(header, signs, now, control_id), _msa(header, signs, code, told)]
    if version >= ERR_IN_FULL_FROM:
        lines += [_err(problem, signs) for problem in told[:MOST_TOLD]]
    return "".join(f"{line}\r" for line in lines).encode("latin-1", "replace")


def _msh(header: Header | None, signs: str, now: datetime, control_id: str) -> str:
    mirrored = header.fields if header else [""] * (LAST_FIELD + 2)
    their = [field[:LONGEST_MIRRORED] for field in mirrored]
    event = header.event if header else ""
    names = ["ACK", event, "ACK"] if _version(header) >= STRUCTURE_FROM and event else ["ACK"]
    fields = [
        "MSH", signs[1:], their[5], their[6], their[3], their[4], f"{now:%Y%m%d%H%M%S%z}", "",
        signs[1].join(names), _escaped(control_id, signs), their[11] or "P",
        their[12] or USUAL_VERSION, *[""] * 5, their[18],
    ]  # fmt: skip
    return signs[0].join(fields).rstrip(signs[0])


def _msa(header: Header | None, signs: str, code: str, problems: list[Problem]) -> str:
    theirs = header.fields[10].strip()[:LONGEST_MIRRORED] if header else ""
    text = _escaped(str(problems[0]), signs)[:LONGEST_TEXT] if problems else ""
    return signs[0].join(["MSA", str(code), theirs, text]).rstrip(signs[0])


def _err(problem: Problem, signs: str) -> str:
    fault = problem.fault
    coded = signs[1].join([str(int(fault)), WORDS[fault], "HL70357"])
    own = _escaped(problem.code, signs)
    words = _escaped(str(problem), signs)[:LONGEST_MESSAGE]
    location = _location(problem.where, signs[1])
    return signs[0].join(["ERR", "", location, coded, problem.severity, own, "", "", words])


def _location(where: str, component: str) -> str:
    """ERR-2: segment, its number, field, repetition, component, subcomponent."""
    found = PLACE.match(where)
    if not found:
        return where if where.isalnum() and len(where) == len("MSH") else ""
    segment, field, part, inside = found.groups()
    places = [segment, "1", field, *(["1", part] if part else []), *([inside] if inside else [])]
    return component.join(places)


def _escaped(text: str, signs: str) -> str:
    """The text with the message's own signs escaped, on one line."""
    letters = dict(zip(signs, "FSRET", strict=True))
    escape = signs[3]
    replaced = {ord(sign): f"{escape}{letter}{escape}" for sign, letter in letters.items()}
    return " ".join(text.split()).translate(replaced)


def _version(header: Header | None) -> tuple[int, ...]:
    version = header.version if header else USUAL_VERSION
    parts = version.split(".") if version else USUAL_VERSION.split(".")
    return tuple(int(part) if part.isdecimal() and part.isascii() else 0 for part in parts[:3])
