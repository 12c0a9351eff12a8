"""One resource in its place: what it takes to translate it."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from surveillance.arrivals import Arrival, Unmapped
from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.elements import text
from surveillance.intake.fhir.mapping import FhirMapping
from surveillance.intake.fhir.problems import Problem
from surveillance.intake.fhir.references import Surroundings
from surveillance.intake.fhir.times import moment_of


class NotMapped(Exception):
    """A resource that is right but cannot be translated; `words` say what and how to mend it."""

    def __init__(self, code: str, where: str, words: str) -> None:
        super().__init__(code)
        self.code = code
        self.where = where
        self.words = words


class Translated(NamedTuple):
    """What a resource says in our terms, and remarks for the sender. No parts: it is not used."""

    parts: tuple[Arrival | Unmapped, ...] = ()
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """`path` is where the resource stands, `heard_at` the moment to take when it names none."""

    resource: Resource
    path: str
    mapping: FhirMapping
    around: Surroundings
    heard_at: datetime

    def at(self, element: str) -> str:
        """The FHIRPath of one of its elements."""
        return f"{self.path}.{element}"

    def said_at(self, *elements: str) -> datetime:
        """The latest of the moments in `elements` and `meta.lastUpdated`. A correction may keep
        the moment of the first issue, and a resource that is sent again is not said anew."""
        written = [text(self.resource.get(name)) for name in elements]
        written.append(text((self.resource.get("meta") or {}).get("lastUpdated")))
        known = [moment_of(one, self.mapping.zone) for one in written if one]
        return max((one for one in known if one), default=self.heard_at)
