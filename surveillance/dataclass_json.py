"""Frozen dataclasses as JSON and back: of enums, days, decimals, tuples and each other."""

import dataclasses
import types
import typing
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

A = TypeVar("A")
AS_THEY_ARE = frozenset({str, bool, int, types.NoneType})


def as_json(value: Any) -> dict[str, Any]:
    """What the dataclass says; without its defaults, since a default is the same as silence."""
    cls: Any = type(value)
    pairs = ((name, getattr(value, name), default) for name, default in _fields(cls))
    return {name: _plain(it) for name, it, default in pairs if it != default}


@cache
def _fields(cls: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, field.default) for field in dataclasses.fields(cls))


def from_json(cls: type[A], content: dict[str, Any]) -> A:
    """The dataclass again, equal to the one that was kept. Raises KeyError, TypeError or ValueError
    for content of another kind."""
    hints = typing.get_type_hints(cls)
    names = [f.name for f in dataclasses.fields(cls) if f.name in content]  # type: ignore[arg-type]
    return cls(**{name: _typed(hints[name], content[name]) for name in names})


def _plain(value: Any) -> Any:
    if type(value) in AS_THEY_ARE:
        return value
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, (date, datetime)) else as_json(value)


def _typed(hint: Any, value: Any) -> Any:
    if typing.get_origin(hint) is tuple:
        item = typing.get_args(hint)[0]
        return tuple(_typed(item, one) for one in value)
    if isinstance(hint, types.UnionType):
        [kept] = [one for one in typing.get_args(hint) if one is not types.NoneType]
        return None if value is None else _typed(kept, value)
    if dataclasses.is_dataclass(hint):
        return from_json(typing.cast(type[Any], hint), value)
    if hint in (date, datetime):
        return hint.fromisoformat(value)
    return hint(value)
