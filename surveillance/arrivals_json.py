"""Arrivals as JSON, kept with the message so that what waits can be taken in later."""

import typing
from typing import Any

from surveillance.arrivals import KINDS, Arrival, ArrivalKind, kind_of
from surveillance.dataclass_json import as_json, from_json

_CLASSES = {kind: cls for cls, kind in KINDS.items()}


def arrival_as_json(arrival: Arrival) -> dict[str, Any]:
    """Everything the arrival says, and of which kind it is."""
    return {"kind": kind_of(arrival).value, **as_json(arrival)}


def arrival_from_json(content: dict[str, Any]) -> Arrival:
    """The arrival again, equal to the one that was kept. Raises KeyError or ValueError where the
    content is of no arrival (it was emptied)."""
    kind = ArrivalKind(content["kind"])
    return typing.cast(Arrival, from_json(_CLASSES[kind], content))
