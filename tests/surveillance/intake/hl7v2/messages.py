"""The library of synthetic messages, and messages made for one test."""

import json
from pathlib import Path
from typing import Any

LIBRARY = Path(__file__).parents[3] / "data" / "hl7v2"
EXPECTED: dict[str, Any] = json.loads((LIBRARY / "expected.json").read_text(encoding="utf-8"))
HEADER = "MSH|^~\\&|RIS|GENHOSP|HEPCALC|GENHOSP|20260301101500+0000||{kind}|1|P|{version}"
PID = "PID|1||600100^^^GENHOSP^MR||Prueba^Ana^Maria||19610214|F"


def stored(name: str) -> bytes:
    """The bytes of one message of the library."""
    return (LIBRARY / f"{name}.hl7").read_bytes()


def segment(name: str, **fields: str) -> str:
    """`segment("OBR", f3="A1")` is OBR with that field only."""
    given = {int(field[1:]): value for field, value in fields.items()}
    return "|".join([name, *(given.get(number, "") for number in range(1, max(given) + 1))])


def message(*segments: str, kind: str = "ORU^R01", version: str = "2.5.1") -> bytes:
    """A message of those segments, with the usual header and patient."""
    lines = [HEADER.format(kind=kind, version=version), PID, *segments]
    return "".join(f"{line}\r" for line in lines).encode()


def report(*lines: str, **request: str) -> bytes:
    """A final CT report with those OBX segments; fields of its OBR as `f25="C"`."""
    usual = {"f3": "RAD-1", "f4": "CT1^CT LIVER WO CONTRAST", "f7": "20260228", "f25": "F"}
    return message(segment("OBR", **{**usual, "f24": "CT", **request}), *lines)


def laboratory(*lines: str, **fields: str) -> bytes:
    """A group of results with those OBX segments."""
    usual = {"f3": "L-1", "f4": "PANEL^Chemistry", "f7": "20260228", "f24": "LAB", "f25": "F"}
    return message(segment("OBR", **{**usual, **fields}), *lines)


def afp_line(value: str, **fields: str) -> str:
    """An AFP of that value."""
    usual = {"f2": "NM", "f3": "1834-1^AFP^LN", "f5": value, "f6": "ng/mL", "f11": "F"}
    return segment("OBX", **{**usual, **fields})
