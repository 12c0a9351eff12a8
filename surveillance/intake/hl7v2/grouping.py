"""Segments that speak of one thing: an order or report (ORC, OBR and what follows), a merge."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from surveillance.intake.hl7v2.splitting import Segment, place_of

HEADER_SEGMENTS: Final = frozenset({"MSH", "EVN", "PID", "PD1", "PV1", "PV2", "SCH"})
YEAR_OR_LESS: Final = frozenset({"Y", "L"})


@dataclass(slots=True)
class Scope:
    """What may be read about one thing: the first segment of each name, and all in order."""

    first: dict[str, Segment]
    segments: list[Segment] = field(default_factory=list)

    def add(self, segment: Segment) -> None:
        """Let one more segment speak."""
        self.segments.append(segment)
        self.first.setdefault(segment.name, segment)

    def named(self, name: str) -> list[Segment]:
        """All segments of that name, in order."""
        return [segment for segment in self.segments if segment.name == name]

    def value(self, places: Iterable[str]) -> str:
        """The value of the first place that is filled; empty if none is."""
        return self.found(places)[0]

    def found(self, places: Iterable[str]) -> tuple[str, str]:
        """That value, and its place; the first place of all if none is filled."""
        asked = tuple(places)
        for text in asked:
            name, *numbers = place_of(text)
            segment = self.first.get(name)
            if segment and (value := segment.value(*numbers)):
                return value, text
        return "", asked[0] if asked else ""

    def stamps(self, places: Iterable[str]) -> Iterable[str]:
        """The time stamps of those places that are filled and precise to a day or better."""
        for text in places:
            place = place_of(text)
            segment = self.first.get(place.segment)
            if segment and (value := segment.value(*place[1:])):
                if place.component == 1 and segment.value(place.field, 2) in YEAR_OR_LESS:
                    continue
                yield value


def orders_of(segments: Iterable[Segment]) -> list[Scope]:
    """One scope for each OBR, and for each ORC without one; of each patient of the message."""
    about: dict[str, Segment] = {}
    scopes: list[Scope] = []
    order: Segment | None = None
    for segment in segments:
        if segment.name == "PID":
            about, order = {**_of_message(about), "PID": segment}, None
            scopes.append(Scope({}))
        elif segment.name == "ORC":
            order = segment
            scopes.append(_scope(about, segment))
        elif segment.name == "OBR" and (not scopes or "OBR" in scopes[-1].first or order is None):
            scopes.append(_scope(about, *([order] if order else []), segment))
        elif segment.name in HEADER_SEGMENTS:
            about[segment.name] = segment
        elif scopes:
            scopes[-1].add(segment)
    return [scope for scope in scopes if {"ORC", "OBR"} & scope.first.keys()]


def whole(segments: Iterable[Segment]) -> Scope:
    """All segments as one scope."""
    scope = Scope({})
    for segment in segments:
        scope.add(segment)
    return scope


def merges_of(segments: Iterable[Segment]) -> list[Scope]:
    """One scope for each MRG, with the PID before it."""
    about: dict[str, Segment] = {}
    scopes = []
    for segment in segments:
        if segment.name == "MRG":
            scopes.append(_scope(about, segment))
        else:
            about[segment.name] = segment
    return scopes


def _of_message(about: dict[str, Segment]) -> dict[str, Segment]:
    return {name: about[name] for name in ("MSH", "EVN") if name in about}


def _scope(about: dict[str, Segment], *segments: Segment) -> Scope:
    scope = Scope(dict(about))
    for segment in segments:
        scope.add(segment)
    return scope
