"""Rows to dicts: the fields of a resource, all of them or those that `fields` names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rest_framework.exceptions import ValidationError

from surveillance.api.resource import Reading, Resource, Row, Rows


@dataclass(frozen=True, slots=True)
class RowReader:
    """How tuples of `columns` become dicts: the first columns are fields as they stand."""

    resource: Resource
    plain: tuple[str, ...]
    columns: tuple[str, ...]
    made: tuple[tuple[str, Any, tuple[int, ...]], ...]
    gathered: tuple[str, ...]

    def read(self, rows: Rows, reading: Reading) -> list[Row]:
        """The rows as dicts, in their order; their key is under the resource's key."""
        return self.shown(list(rows.values_list(*self.columns)), reading)

    def shown(self, found: Sequence[tuple[Any, ...]], reading: Reading) -> list[Row]:
        """Tuples of `columns` as dicts."""
        plain, made = self.plain, self.made
        shown = [dict(zip(plain, row, strict=False)) for row in found]
        for name, make, places in made:
            for one, row in zip(shown, found, strict=True):
                one[name] = make(reading, *[row[place] for place in places])
        if self.gathered:
            keys = [row[-1] for row in found]
            for name in self.gathered:
                many = self.resource.gathered[name](keys)
                for one, key in zip(shown, keys, strict=True):
                    one[name] = many.get(key, [])
        return shown


@lru_cache(maxsize=512)
def reader_of(resource: Resource, names: frozenset[str], besides: tuple[str, ...]) -> RowReader:
    """Reads these fields; `besides` are columns that are read and not shown, before the key."""
    plain = tuple(name for name in resource.columns if name in names)
    columns = [resource.columns[name] for name in plain]
    made = []
    for name, derived in resource.derived.items():
        if name in names:
            places = tuple(_place(columns, column) for column in derived.columns)
            made.append((name, derived.make, places))
    gathered = tuple(name for name in resource.gathered if name in names)
    tail = (*besides, resource.key)
    return RowReader(resource, plain, (*columns, *tail), tuple(made), gathered)


def _place(columns: list[str], column: str) -> int:
    if column not in columns:
        columns.append(column)
    return columns.index(column)


def wanted_fields(resource: Resource, said: str | None) -> frozenset[str] | None:
    """The fields that `fields=a,b` names, and the key; None where nothing was said.

    Raises ValidationError for a name that the resource does not have.
    """
    if not said:
        return None
    names = [name.strip() for name in said.split(",") if name.strip()]
    unknown = [name for name in names if name not in resource.names]
    if unknown:
        raise ValidationError({"fields": [_not_a_field(unknown, resource.names)]})
    return frozenset({*names, resource.key})


def list_fields(resource: Resource, said: str | None) -> frozenset[str]:
    """Those asked for, else all but the large ones that come on request only."""
    asked = wanted_fields(resource, said)
    return frozenset(resource.names) - resource.on_request if asked is None else asked


def _not_a_field(unknown: Iterable[str], known: Iterable[str]) -> str:
    shown = ", ".join(sorted(name[:40] for name in unknown))
    return f"There is no field {shown}. Known: {', '.join(known)}."
