"""Orders as ORM^O01 and bookings as SIU^S12 of HL7 v2.5.1, one segment a line."""

from datetime import date
from typing import Final

from surveillance.arrivals import AppointmentArrival, OrderArrival, OrderState
from surveillance.intake.sample.oru import escaped, header, patient, segment, stamp
from surveillance.models import IntakeFeed

CONTROLS: Final = {OrderState.PLACED: "NW", OrderState.CANCELLED: "CA"}
IN_THE_MORNING: Final = "0900"


def order_as_orm(order: OrderArrival, feed: IntakeFeed) -> str:
    """An order that is placed or cancelled."""
    number = escaped(order.order_number)
    lines = [
        header(feed, "ORM^O01^ORM_O01", number, order.said_at),
        patient(order.person, feed),
        segment("ORC", {1: CONTROLS[order.state], 2: number, 9: stamp(order.said_at)}),
        _request(number, order.procedure, order.body_site),
    ]
    return "\n".join(lines)


def booking_as_siu(booking: AppointmentArrival, feed: IntakeFeed) -> str:
    """A new booking."""
    number = escaped(booking.appointment)
    lines = [
        header(feed, "SIU^S12^SIU_S12", number, booking.said_at),
        segment("SCH", {2: number, 11: f"^^^{_time(booking.starts_on)}", 25: "Booked"}),
        patient(booking.person, feed),
        "RGS|1",
        segment("AIS", {1: "1", 3: f"EXAM^{escaped(booking.procedure)}"}),
    ]
    return "\n".join(lines)


def _time(day: date) -> str:
    return f"{day:%Y%m%d}{IN_THE_MORNING}"


def _request(number: str, procedure: str, body_site: str) -> str:
    place = f"^^^{escaped(body_site)}"
    fields = {1: "1", 2: number, 4: f"EXAM^{escaped(procedure)}", 15: place, 24: "RAD"}
    return segment("OBR", fields)
