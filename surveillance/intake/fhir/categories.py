"""Whether a report or an order is imaging, by its category."""

from typing import Any

from surveillance.intake.fhir.codes import IMAGING_CATEGORIES
from surveillance.intake.fhir.elements import Code, codes, objects, text

IN_WORDS = frozenset({"imaging", "radiology", "diagnostic imaging", "rad"})


def is_imaging(concepts: Any) -> bool:
    """Whether one of the categories is imaging."""
    if any(_key(code) in IMAGING_CATEGORIES for code in codes(concepts)):
        return True
    said = {text(one.get("text")).lower() for one in objects(concepts)}
    said |= {code.display.lower() for code in codes(concepts)}
    return bool(said & IN_WORDS)


def says_otherwise(concepts: Any) -> bool:
    """Whether there is a category at all: none of imaging then means that it is something else."""
    return any(True for _ in codes(concepts)) and not is_imaging(concepts)


def _key(code: Code) -> str:
    """HL7's own systems have moved; the last word of the address is the same in all."""
    if "hl7.org" in code.system:
        return f"{_last(code.system)}|{code.code}"
    return f"{code.system}|{code.code}"


def _last(system: str) -> str:
    last = system.rstrip("/").rsplit("/", 1)[-1]
    return f"v2-{last}" if last.isdigit() else last
