"""tests/data/reports/sentences.txt and walked.jsonl: sentences and reports found by somebody else.

`walked.jsonl`: 250 reports that a radiologist wrote to find faults, with coarser labels than the
corpus: "possible" and "notseen" are mentions. The rules were mended with its first half (every
second report); the other half was read by them once before anybody looked into it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from surveillance.protocol.report_reader.reading import ReportReading
from tests.protocol.report_corpus import FOLDER, Values

EXAMS = {"US", "CT", "MRI", "CT or MRI", "PET-CT", "scan", None}
SEGMENTS = dict(
    zip(["1", "2", "3", "4", "4a", "4b", "5", "6", "7", "8"],
        [["I"], ["II"], ["III"], ["IVA", "IVB"], ["IVA"], ["IVB"], ["V"], ["VI"], ["VII"],
         ["VIII"]], strict=True)
)  # fmt: skip


@dataclass(frozen=True)
class Sentence:
    """A text, what it says, the sizes (now, before) and the recommendations (exam, months)."""

    text: str
    said: str
    sizes: tuple[str, ...] | None
    asked: tuple[tuple[str, str], ...]
    is_limited: bool | None


def sentences() -> Iterator[Sentence]:
    """Every line of the table."""
    for line in (FOLDER / "sentences.txt").read_text(encoding="utf-8").splitlines():
        text, arrow, label = line.rpartition(" => ")
        if arrow:
            yield _sentence(text.replace("\\n", "\n"), label.split("; "))


def _sentence(text: str, parts: list[str]) -> Sentence:
    told = [part.split() for part in parts[1:]]
    sizes = next((tuple(words[1].split("/")) for words in told if words[0] == "size"), None)
    asked = tuple((words[1], words[2]) for words in told if words[0] == "rec")
    limits = [len(words) == 1 for words in told if words[-1] == "limit"]
    return Sentence(text, parts[0], sizes, asked, limits[0] if limits else None)


@dataclass(frozen=True)
class Walked:
    """A report and its coarse label as (field, value) pairs."""

    id: str
    text: str
    is_mended_with: bool
    gold: frozenset[tuple[str, str]]


def walked() -> list[Walked]:
    """The walked reports, in order."""
    lines = (FOLDER / "walked.jsonl").read_text(encoding="utf-8").splitlines()
    return [_walked(number, json.loads(line)) for number, line in enumerate(lines)]


def _walked(number: int, row: dict[str, Any]) -> Walked:
    labels = row["labels"]
    gold: Values = {("mention", "yes")} if labels["calc"] != "no" else set()
    gold |= {("present", "yes")} if labels["calc"] == "yes" else set()
    gold |= {("size", str(Decimal(str(size)).normalize() + 0)) for size in labels["sizes"]}
    gold |= {("segment", name) for one in labels["segments"] for name in SEGMENTS[one.lower()]}
    if any(asked[0] in EXAMS for asked in labels["liver_recommendations"]):
        gold.add(("recommendation", "yes"))
    if labels["adequacy_limit"]:
        gold.add(("limit", "yes"))
    return Walked(row["id"], row["text"], number % 2 == 0, frozenset(gold))


def coarse_values_of(reading: ReportReading) -> Values:
    """A reading in the words of the coarse labels: of calcified lesions only."""
    ours = [one for one in reading.lesions if one.is_calcified and one.assertion.name != "NEGATED"]
    found: Values = {("mention", "yes")} if reading.mentions_hepatic_calcification else set()
    if any(one.assertion.name == "AFFIRMED" for one in ours):
        found.add(("present", "yes"))
    found |= {("size", str(one.size_mm)) for one in ours if one.size_mm is not None}
    found |= {("segment", segment.name) for one in ours for segment in one.segments}
    if reading.limits:
        found.add(("limit", "yes"))
    if reading.recommendations:
        found.add(("recommendation", "yes"))
    return found
