"""A lesion while its sentences are put together."""

from dataclasses import dataclass, field
from typing import Any

from surveillance.protocol.report_reader.reading import Assertion
from surveillance.protocol.report_reader.sections import Section

STRENGTH = (Assertion.AFFIRMED, Assertion.UNCERTAIN, Assertion.HISTORICAL, Assertion.NEGATED)
"""What is said of a lesion in several places: the first of these counts."""


@dataclass
class Draft:
    """A lesion while it is put together; places are those of the plain text."""

    assertion: Assertion
    is_calcified: bool
    section: Section | None
    sentences: list[tuple[int, int]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    evidence: list[tuple[int, int]] = field(default_factory=list)

    @property
    def is_there(self) -> bool:
        return self.assertion is not Assertion.NEGATED

    def add(self, name: str, value: Any, start: int, end: int) -> None:
        """Keep a value once; what was said first stays."""
        if name not in self.values:
            self.values[name] = value
            self.evidence.append((start, end))

    def join(self, other: "Draft") -> None:
        """Take what `other` adds to the same lesion."""
        for name, value in other.values.items():
            self.values.setdefault(name, value)
        self.evidence.extend(place for place in other.evidence if place not in self.evidence)
        self.sentences.extend(place for place in other.sentences if place not in self.sentences)
        self.is_calcified |= other.is_calcified
        if STRENGTH.index(other.assertion) < STRENGTH.index(self.assertion):
            self.assertion = other.assertion
