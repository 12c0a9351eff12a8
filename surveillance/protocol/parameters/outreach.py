"""How patients are reached: judgements about telling, not about what is owed.

A site may choose another order and shorter hours, so a change of these makes no new protocol
version; they are printed with the others.
"""

from typing import Final

from surveillance.protocol.parameters.parameter import Authority, Parameter
from surveillance.protocol.terms import ReminderChannel

_OURS = Authority.OURS

CHANNEL_ORDER: Final = Parameter(
    "channel_order",
    (
        ReminderChannel.LETTER,
        ReminderChannel.EMAIL,
        ReminderChannel.SMS,
        ReminderChannel.PHONE,
    ),
    "first that is allowed and reaches",
    _OURS,
    ("LOFTUS-2024",),
    "Reminders that ask for a call. Paper before anything electronic; never a portal notice, which "
    "lowered completion. A call by the navigator is what remains when no message may be sent, is "
    "always asked for after the last day, and by the ladder before it.",
)
MESSAGE_HOURS: Final = Parameter(
    "message_hours",
    (9, 18),
    "hours of the day at the site: from, until",
    _OURS,
    ("S28",),
    "E-mails and texts to patients leave between these. A site may tighten them, never widen.",
)
OUTREACH: Final[tuple[Parameter[object], ...]] = (CHANNEL_ORDER, MESSAGE_HOURS)
"""In the order in which they are shown."""
