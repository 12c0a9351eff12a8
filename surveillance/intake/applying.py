"""What was kept of one message is taken in."""

from datetime import datetime

from surveillance.models import IntakeItem, IntakeMessage


def take_in_message(message: IntakeMessage, now: datetime) -> list[IntakeItem]:
    """All parts of the message by their place in it; the next wake-up takes them in."""
    del now
    return list(message.items.order_by("position"))
