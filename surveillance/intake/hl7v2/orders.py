"""ORM^O01, OMI^O23 (and OMG^O19): orders for imaging, placed and cancelled."""

from collections.abc import Iterable

from surveillance.arrivals import ArrivalKind, OrderArrival, OrderState, Unmapped
from surveillance.intake.hl7v2.grouping import Scope, orders_of
from surveillance.intake.hl7v2.mapping import FeedMapping
from surveillance.intake.hl7v2.people import person_of
from surveillance.intake.hl7v2.problems import Untranslatable, shown
from surveillance.intake.hl7v2.procedures import is_ours, procedure_of
from surveillance.intake.hl7v2.said import Sender, day_of, number_at, said_at, unmapped, words_at
from surveillance.intake.hl7v2.splitting import Segment
from surveillance.intake.hl7v2.vocabulary import ORDER_STATUSES_CANCELLED


def orders_in(segments: Iterable[Segment], sender: Sender) -> list[OrderArrival | Unmapped]:
    """The orders, in order; a laboratory's, and what is no imaging, are passed over."""
    scopes = (one for one in orders_of(segments) if is_ours(one, sender.mapping))
    return [_order_or_why_not(scope, sender) for scope in scopes]


def _order_or_why_not(scope: Scope, sender: Sender) -> OrderArrival | Unmapped:
    try:
        return _order(scope, sender)
    except Untranslatable as refused:
        places = sender.mapping.order_number
        return unmapped(ArrivalKind.ORDER, refused.problem, scope, places, sender)


def _order(scope: Scope, sender: Sender) -> OrderArrival:
    mapping = sender.mapping
    procedure = procedure_of(scope, mapping)
    return OrderArrival(
        person=person_of(scope.first.get("PID"), mapping),
        order_number=number_at(scope, mapping.order_number, "no_order_number"),
        state=_state(scope, mapping),
        ordered_on=day_of(scope, mapping.ordered_on, "no_order_date"),
        modality=procedure.modality,
        procedure=procedure.words,
        body_site=procedure.body_site,
        reason=words_at(scope, mapping.reason),
        said_at=said_at(scope, sender),
    )


def _state(scope: Scope, mapping: FeedMapping) -> OrderState:
    control = scope.value(("ORC-1",))
    state = mapping.order_controls.get(control.casefold())
    if state is None:
        raise Untranslatable(
            "unknown_order_control", "ORC-1", f"holds {shown(control) if control else 'nothing'}: "
            "nobody can say whether the order stands. Give its meaning in the mapping "
            "(order_controls)."
        )  # fmt: skip
    if scope.value(("ORC-5",)).upper() in ORDER_STATUSES_CANCELLED:
        return OrderState.CANCELLED
    return state
