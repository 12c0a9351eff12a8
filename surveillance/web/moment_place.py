"""Where a page of a list ends that runs by moments: the key of its last row, in an address."""

from collections.abc import Callable
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from surveillance.web.typed_form import YEARS

Key = TypeVar("Key")


class Place(NamedTuple, Generic[Key]):
    """Moment and id of the last row. In the address as `2026-03-03T12:00:00+00:00_id`."""

    at: datetime
    pk: Key

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.pk}"


def read_place(text: str, key: Callable[[str], Key]) -> Place[Key] | None:
    """The place, its id read by `key`; None when nothing stands there, or what nobody can read."""
    at, _, pk = text.partition("_")
    try:
        place = Place(datetime.fromisoformat(at), key(pk))
    except ValueError:
        return None
    return place if place.at.tzinfo and place.at.year in YEARS else None
