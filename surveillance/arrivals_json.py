"""Arrivals as JSON, kept with the message so that what waits can be taken in later."""

import dataclasses
import types
import typing
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from surveillance.arrivals import KINDS, Arrival, ArrivalKind, kind_of

A = TypeVar("A")

AS_THEY_ARE = frozenset({str, bool, int, types.NoneType})
_CLASSES = {kind: cls for cls, kind in KINDS.items()}


def arrival_as_json(arrival: Arrival) -> dict[str, Any]:
    """Everything the arrival says, and of which kind it is."""
    return {"kind": kind_of(arrival).value, **_said(arrival)}


def arrival_from_json(content: dict[str, Any]) -> Arrival:
    """The arrival again, equal to the one that was kept. Raises KeyError or ValueError where the
    content is of no arrival (it was emptied)."""
    kind = ArrivalKind(content["kind"])
    return typing.cast(Arrival, _built(_CLASSES[kind], content))


def _said(value: Any) -> dict[str, Any]:
    """Without what is not said: a default is the same as silence."""
    cls: Any = type(value)
    pairs = ((name, getattr(value, name), default) for name, default in _fields(cls))
    return {name: _plain(it) for name, it, default in pairs if it != default}


@cache
def _fields(cls: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, field.default) for field in dataclasses.fields(cls))


def _plain(value: Any) -> Any:
    if type(value) in AS_THEY_ARE:
        return value
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, (date, datetime)) else _said(value)


def _built(cls: type[A], content: dict[str, Any]) -> A:
    hints = typing.get_type_hints(cls)
    names = [f.name for f in dataclasses.fields(cls) if f.name in content]  # type: ignore[arg-type]
    return cls(**{name: _typed(hints[name], content[name]) for name in names})


def _typed(hint: Any, value: Any) -> Any:
    if typing.get_origin(hint) is tuple:
        item = typing.get_args(hint)[0]
        return tuple(_typed(item, one) for one in value)
    if isinstance(hint, types.UnionType):
        [kept] = [one for one in typing.get_args(hint) if one is not types.NoneType]
        return None if value is None else _typed(kept, value)
    if dataclasses.is_dataclass(hint):
        return _built(typing.cast(type[Any], hint), value)
    if hint in (date, datetime):
        return hint.fromisoformat(value)
    return hint(value)
