"""Pages of messages by their place in time, so that each is one range of an index."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from surveillance.models import Notification
from surveillance.models.notification import NotificationQuerySet
from surveillance.web.moment_place import Place, read_place

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Order:
    """By which moment a list runs, and in which direction."""

    field: str
    newest_first: bool

    def place_of(self, message: Notification) -> Place[UUID]:
        """Where this message stands."""
        return Place(getattr(message, self.field), message.pk)

    def page(
        self, rows: NotificationQuerySet, place: Place[UUID] | None, *, upwards: bool = False
    ) -> tuple[list[Notification], bool]:
        """Up to SHOWN messages on from `place` (or from the start), in the order of the list, and
        whether there are more in that direction."""
        down = self.newest_first != upwards
        sign = "-" if down else ""
        if place is not None:
            rows = rows.filter(_beyond(self.field, place, "lt" if down else "gt"))
        found = list(rows.order_by(f"{sign}{self.field}", f"{sign}pk")[: SHOWN + 1])
        shown = found[:SHOWN]
        return (shown[::-1] if upwards else shown), len(found) > SHOWN


def _beyond(field: str, place: Place[UUID], than: str) -> Q:
    """The bound on the moment stands alone as well: that is what an index can use."""
    same = Q(**{field: place.at, f"pk__{than}": place.pk})
    return Q(**{f"{field}__{than}e": place.at}) & (Q(**{f"{field}__{than}": place.at}) | same)


@dataclass(frozen=True, slots=True)
class Page:
    """Messages, and what leads on: `up` and `down` are addresses' queries, empty at an end."""

    messages: list[Notification]
    up: dict[str, str]
    down: dict[str, str]


def page_of(rows: NotificationQuerySet, order: Order, asked: Mapping[str, str]) -> Page:
    """The page that an address asks for by `after` or `before`; the first one without either, and
    where nothing stands there any more."""
    before = read_place(asked.get("before", ""), UUID)
    if before is not None:
        messages, more = order.page(rows, before, upwards=True)
        if more:
            return Page(messages, _up(order, messages), _down(order, messages))
    after = None if before is not None else read_place(asked.get("after", ""), UUID)
    messages, more = order.page(rows, after)
    if after is not None and not messages:
        return page_of(rows, order, {})
    up = _up(order, messages) if after is not None else {}
    return Page(messages, up, _down(order, messages) if more else {})


def _up(order: Order, messages: list[Notification]) -> dict[str, str]:
    return {"before": str(order.place_of(messages[0]))}


def _down(order: Order, messages: list[Notification]) -> dict[str, str]:
    return {"after": str(order.place_of(messages[-1]))}
