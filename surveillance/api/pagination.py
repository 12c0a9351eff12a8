"""Pages by key: a page begins behind the last row of the one before, however many came before it.

The cursor is that row's place in the order, signed; whoever changes it, or uses it for another
order, is refused. It holds dates, numbers and ids: no order is by anything that names a person.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError as BadValue
from django.core.signing import BadSignature, Signer
from django.db.models import F, Model
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from rest_framework.exceptions import ErrorDetail, ValidationError

from surveillance.api.fields import list_fields, reader_of
from surveillance.api.filters import Asked
from surveillance.api.resource import Reading, Resource, Row, Rows

COUNTED_TO: Final = 1000
_SIGNER: Final = Signer(salt="surveillance.api.cursor")


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page, and the cursor of the next; None on the last."""

    rows: list[Row]
    cursor: str | None
    count: int | None


def page_of(rows: Rows, resource: Resource, asked: Asked, reading: Reading) -> Page:
    """One page. One query, and one where counting was asked for."""
    order = asked.order.removeprefix("-")
    reader = reader_of(resource, list_fields(resource, asked.fields), (order,))
    place = _place_in(asked.cursor, resource, asked.order, rows.model)
    ordered = _ordered(rows, resource, asked.order)
    here = ordered.filter(_behind(asked.order, resource, place)) if place else ordered
    found = list(here.values_list(*reader.columns)[: asked.limit + 1])
    shown = found[: asked.limit]
    more = len(found) > asked.limit
    return Page(
        rows=reader.shown(shown, reading),
        cursor=_cursor(resource, asked.order, shown[-1][-2:]) if more else None,
        count=_count(rows) if asked.count else None,
    )


def _ordered(rows: Rows, resource: Resource, order: str) -> Rows:
    sign, name = ("-", order[1:]) if order.startswith("-") else ("", order)
    keys = [name] if name == resource.key else [name, resource.key]
    return rows.order_by(*(sign + key for key in keys))


def _behind(order: str, resource: Resource, place: tuple[Any, Any]) -> Any:
    """One comparison of rows, so that a deep page begins where the index says."""
    compare = TupleLessThan if order.startswith("-") else TupleGreaterThan
    return compare(Tuple(F(order.removeprefix("-")), F(resource.key)), place)


def _cursor(resource: Resource, order: str, place: tuple[Any, Any]) -> str:
    return _SIGNER.sign_object([resource.name, order, *map(_as_text, place)])


def _as_text(value: Any) -> str:
    to_text: Callable[[], str] | None = getattr(value, "isoformat", None)
    return to_text() if to_text else str(value)


def _place_in(
    cursor: str | None, resource: Resource, order: str, model: type[Model]
) -> tuple[Any, Any] | None:
    """Where the page begins. Raises ValidationError for a cursor that is not ours or not of this
    list and order."""
    if cursor is None:
        return None
    try:
        name, its_order, value, key = _SIGNER.unsign_object(cursor)
        if (name, its_order) != (resource.name, order):
            raise BadSignature
        columns = (order.removeprefix("-"), resource.key)
        first, second = (model._meta.get_field(column) for column in columns)
        return first.to_python(value), second.to_python(key)  # type: ignore[union-attr]
    except (BadSignature, BadValue, ValueError, TypeError):
        words = "This is no cursor of this list and order. Begin with the first page again."
        raise ValidationError({"cursor": [ErrorDetail(words, code="cursor_invalid")]}) from None


def _count(rows: Rows) -> int:
    return rows.order_by()[: COUNTED_TO + 1].count()
