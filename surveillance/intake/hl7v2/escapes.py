"""Escape sequences of HL7 v2 (chapter 2.7): signs, line ends, and bytes by their number."""

import re
from functools import lru_cache
from typing import Final

from surveillance.intake.hl7v2.character_sets import LATIN_1, without_control_signs

KNOWN: Final = (
    r"(?P<sign>[FSRETP])|[HN]|X(?P<bytes>(?:[0-9A-Fa-f]{2})+)|[CM](?:[0-9A-Fa-f]{2}){2,3}"
    r"|\.(?i:(?P<end>br|sp|ce)|(?P<skip>sk)|fi|nf|in|ti)(?P<count>[+-]?\d{0,3})"
)
SIGNS: Final = {"F": 0, "S": 1, "R": 2, "E": 3, "T": 4}
MOST_LINES: Final = 20


@lru_cache(maxsize=32)
def _sequences(escape: str) -> re.Pattern[str]:
    sign = re.escape(escape)
    return re.compile(f"{sign}(?:{KNOWN}){sign}")


def unescaped(text: str, signs: str, codec: str) -> str:
    """`text` with its escape sequences replaced; `signs` are field, component, repetition, escape
    and subcomponent. What is no sequence stays as it is (a path such as C:\\TEMP\\)."""
    if signs[3] not in text:
        return text
    return _sequences(signs[3]).sub(lambda found: _meaning(found, signs, codec), text)


def _meaning(found: re.Match[str], signs: str, codec: str) -> str:
    if sign := found["sign"]:
        return signs[SIGNS[sign]] if sign in SIGNS else "#"
    if found["bytes"]:
        return _of_bytes(bytes.fromhex(found["bytes"]), codec)
    count = abs(int(found["count"])) if (found["count"] or "").strip("+-") else 1
    if found["end"]:
        return "\n" * max(1, min(count, MOST_LINES))
    return " " * count if found["skip"] else ""


def _of_bytes(octets: bytes, codec: str) -> str:
    try:
        text = octets.decode(codec)
    except UnicodeDecodeError:
        text = octets.decode(LATIN_1)
    return without_control_signs(text.replace("\r\n", "\n").replace("\r", "\n"))
