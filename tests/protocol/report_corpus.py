"""The labelled reports of tests/data/reports: written and labelled by hand, by reading.

A report begins with `### id style`; its label is the line that begins with `> `. Labels: how the
report speaks of hepatic calcification; `L` one lesion of the liver (`calc`: calcified); `rec` a
recommendation for the liver: modality, months, `<` for within, `cond`; `limit`; `vis`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from surveillance.protocol.report_reader.reading import ReportReading
from surveillance.protocol.terms import Segment

FOLDER = Path(__file__).parent.parent / "data" / "reports"
PATTERNS = {
    "PUN": "PUNCTATE", "COARSE": "COARSE_CHUNKY", "RING": "EGGSHELL_RING",
    "BRANCH": "LAMINAR_BRANCHING", "AMORPH": "AMORPHOUS", "SCAR": "CENTRAL_SCAR", "SEPT": "SEPTAL",
}  # fmt: skip
CONCLUSIONS = {
    "PB": "PROBABLY_BENIGN", "BS": "BENIGN_SPECIFIC", "IND": "INDETERMINATE",
    "HEM": "HEMANGIOMA_TYPICAL", "HCC": "SUSPICIOUS_HCC", "MAL": "MALIGNANT_NON_HCC",
    "MCN": "MCN_SUSPECTED", "HYD": "HYDATID_SUSPECTED", "ISOC": "ISOLATED_CALCIFICATION",
    "RES": "RESOLVED", "NC": "NOT_CATEGORISABLE",
}  # fmt: skip
KINDS = {"ISO": "ISOLATED_CALCIFICATION", "CYST": "CYSTIC", "MASS": "NODULE_OR_MASS"}
WORDS: dict[str, dict[str, str]] = {
    "pattern": PATTERNS,
    "conclusion": CONCLUSIONS,
    "kind": KINDS,
    "change": {word: word for word in ("NEW", "STABLE", "GROWN", "SMALLER", "GONE")},
    "lobe": {word: word for word in ("LEFT", "RIGHT", "BOTH")},
    "segment": {segment.name: segment.name for segment in Segment},
}
TRI = {"APHE": "aphe", "WASH": "washout", "CAPS": "capsule"}
FIELDS = (
    "status", "size", "segment", "size at segment", "lobe", "kind", "pattern", "isolation",
    "change", "conclusion", "lirads", "aphe", "washout", "capsule", "limit", "vis",
    "recommendation", "modality", "interval", "conditional",
)  # fmt: skip

Values = set[tuple[str, str]]
"""(field, value) pairs of one report."""


@dataclass(frozen=True)
class Report:
    """A text with its label. `status`: present, uncertain, historical, absent or foreign."""

    id: str
    style: str
    text: str
    status: str
    gold: frozenset[tuple[str, str]]


def reports(half: str) -> list[Report]:
    """The reports of one half: "development" or "held_out"."""
    return [
        report
        for path in sorted(FOLDER.glob(f"{half}_*.txt"))
        for report in _read(path.read_text(encoding="utf-8"))
    ]


def _read(written: str) -> Iterator[Report]:
    for piece in re.split(r"^### ", written, flags=re.MULTILINE)[1:]:
        head, _, rest = piece.partition("\n")
        text, _, label = rest.rpartition("\n> ")
        parts = [part.strip() for part in label.strip().split(";")]
        gold: Values = {("status", parts[0])}
        for part in parts[1:]:
            gold |= _label(part)
        identity, _, style = head.partition(" ")
        yield Report(identity, style.strip(), text, parts[0], frozenset(gold))


def _label(part: str) -> Values:
    words = part.split()
    if words[0] == "L":
        return _lesion(words[1:])
    if words[0] == "rec":
        return _recommended(words[1:])
    return {(words[0], words[-1] if words[0] == "vis" else "yes")}


def _lesion(words: list[str]) -> Values:
    found: Values = set()
    for word in words:
        if word in {"calc", "hist"}:
            continue
        found.add(_value(word))
    segments = ",".join(sorted(value for name, value in found if name == "segment"))
    sizes = [value for name, value in found if name == "size"]
    if segments and sizes:
        found.add(("size at segment", f"{sizes[0]} at {segments}"))
    return found


def _value(word: str) -> tuple[str, str]:
    for name, table in WORDS.items():
        if word in table:
            return name, table[word]
    if word[:4] in TRI:
        return TRI[word[:4]], "YES" if word[4:] == "+" else "NO"
    if word == "CONF":
        return "isolation", "CONFIRMED"
    if word.startswith(("LR-", "US-")):
        return "lirads", word
    return "size", str(Decimal(word))


def _recommended(words: list[str]) -> Values:
    modality, months = words[0], words[1]
    found: Values = {("recommendation", "yes")}
    if modality != "?":
        found.add(("modality", modality))
    if months != "?":
        low, _, high = months.partition("-")
        found.add(("interval", months if months[0] == "<" else f"{low}-{high or low}"))
    if words[2:] == ["cond"]:
        found.add(("conditional", "yes"))
    return found


def status_of(reading: ReportReading) -> str:
    """The reading's status in the words of the labels."""
    if not reading.is_understood:
        return "foreign"
    said = {lesion.assertion.name for lesion in reading.lesions if lesion.is_calcified}
    for assertion, word in (
        ("AFFIRMED", "present"), ("UNCERTAIN", "uncertain"), ("HISTORICAL", "historical"),
    ):  # fmt: skip
        if assertion in said:
            return word
    return "absent"


def values_of(reading: ReportReading) -> Values:
    """Everything read, as pairs that can be held against a label."""
    found: Values = {("status", status_of(reading))}
    if not reading.is_understood:
        return found
    for lesion in reading.lesions:
        if lesion.assertion.name != "NEGATED":
            found |= _lesion_values(lesion)
    for advice in reading.recommendations:
        found |= _advice_values(advice)
    if reading.limits:
        found.add(("limit", "yes"))
    if reading.vis:
        found.add(("vis", reading.vis.name))
    return found


def _advice_values(advice) -> Values:
    found: Values = {("recommendation", "yes")}
    if advice.modality:
        found.add(("modality", advice.modality.name))
    if advice.latest_months is not None:
        low, latest = advice.earliest_months, advice.latest_months
        found.add(("interval", f"<{latest}" if low is None else f"{low}-{latest}"))
    if advice.is_conditional:
        found.add(("conditional", "yes"))
    return found


def _lesion_values(lesion) -> Values:
    found: Values = {("segment", segment.name) for segment in lesion.segments}
    if lesion.size_mm is not None:
        found.add(("size", str(lesion.size_mm)))
    if lesion.segments and lesion.size_mm is not None:
        segments = ",".join(sorted(segment.name for segment in lesion.segments))
        found.add(("size at segment", f"{lesion.size_mm} at {segments}"))
    for name in ("lobe", "kind", "pattern", "isolation", "change", "conclusion"):
        if getattr(lesion, name) is not None:
            found.add((name, getattr(lesion, name).name))
    if lesion.lirads is not None:
        found.add(("lirads", lesion.lirads.value))
    for name in ("aphe", "washout", "capsule"):
        if getattr(lesion, name) is not None:
            found.add((name, getattr(lesion, name).name))
    return found
