"""The ladder of 8.6, patient reminders, the order of the queue, overrides."""

from typing import Final

from surveillance.protocol.parameters.parameter import Authority, Parameter, Rung
from surveillance.protocol.terms import EscalationClass

_GUIDE, _OURS = Authority.GUIDE, Authority.OURS

LADDER_AT_RISK: Final = Parameter(
    "ladder_at_risk",
    (Rung(-30, 1), Rung(-14, 2), Rung(1, 2), Rung(7, 3), Rung(21, 4)),
    "days from latest, tier",
    _OURS,
    ("S28",),
    "Navigator, lead navigator, responsible clinician, medical director.",
)
LADDER_URGENT: Final = Parameter(
    "ladder_urgent",
    (Rung(1, 3), Rung(7, 4), Rung(21, 4)),
    "days from latest, tier",
    _OURS,
    ("S28",),
    "After the two steps below.",
)
LADDER_URGENT_AT_CREATION: Final = Parameter(
    "ladder_urgent_at_creation", 1, "tier", _OURS, ("S28",), "On the day the task is opened."
)
LADDER_URGENT_AFTER_TARGET: Final = Parameter(
    "ladder_urgent_after_target", 2, "tier", _OURS, ("S28",), "On the day after the target."
)
LADDER_LOW: Final = Parameter(
    "ladder_low",
    (Rung(1, 1), Rung(7, 1), Rung(21, 1), Rung(30, 2), Rung(60, 3)),
    "days from latest, tier",
    _OURS,
    ("S16",),
    "Never the medical director.",
)
LADDER_WEEKLY_FROM: Final = Parameter(
    "ladder_weekly_from", 30, "days from latest", _OURS, ("S28",), "The top tier is told weekly."
)
LADDER_WEEKLY_EVERY: Final = Parameter(
    "ladder_weekly_every", 7, "days", _OURS, ("S28",), "Interval of the weekly step."
)
LADDER_INCIDENT_REVIEW: Final = Parameter(
    "ladder_incident_review",
    60,
    "days from latest",
    _OURS,
    ("S28",),
    "An incident review is opened.",
)
ACKNOWLEDGEMENT_LIMIT_DAYS: Final = Parameter(
    "acknowledgement_limit_days",
    7,
    "days",
    _OURS,
    ("S28",),
    "Longest time an acknowledgement silences its own tier.",
)
REMINDER_BEFORE_EARLIEST: Final = Parameter(
    "reminder_before_earliest", 30, "days", _OURS, ("S28",), "First reminder to the patient."
)
REMINDER_BEFORE_TARGET: Final = Parameter(
    "reminder_before_target", 14, "days", _OURS, ("S28",), "Second reminder to the patient."
)
REMINDER_EVERY: Final = Parameter(
    "reminder_every", 14, "days", _OURS, ("S28",), "After the target, until an exam is booked."
)
REMINDERS_BEFORE_APPOINTMENT: Final = Parameter(
    "reminders_before_appointment", (7, 1), "days", _OURS, ("S28",), "Once an exam is booked."
)
MISSED_CONTACT_WITHIN: Final = Parameter(
    "missed_contact_within",
    5,
    "working days",
    _OURS,
    ("S28",),
    "The patient is contacted after a missed appointment (8.2); Monday to Friday.",
)
MISSED_TIER: Final = Parameter(
    "missed_tier", 2, "tier", _OURS, ("S28",), "At once after the second missed appointment (8.2)."
)
TRANSFER_ACKNOWLEDGED_WITHIN: Final = Parameter(
    "transfer_acknowledged_within",
    14,
    "days",
    _OURS,
    ("S28",),
    "Then the acknowledgement of a transfer is chased (A07).",
)
REPORT_WITHIN: Final = Parameter(
    "report_within", 14, "days", _OURS, ("S28",), "Then a missing final report is chased (8.2)."
)
QUEUE_HEAD_START: Final = Parameter(
    "queue_head_start",
    {
        EscalationClass.URGENT: 60,
        EscalationClass.AT_RISK: 0,
        EscalationClass.LOW: -60,
        EscalationClass.NONE: -120,
    },
    "days",
    _OURS,
    ("S28",),
    "Orders the navigator's queue: an urgent task stands where one due 60 days sooner would.",
)
SNOOZE_LIMIT_LOW: Final = Parameter(
    "snooze_limit_low",
    30,
    "days",
    _OURS,
    ("S16", "S28"),
    "Longest time a follow-up of the low class can be put aside; others never past their latest.",
)
OVERRIDE_LATER_MONTHS: Final = Parameter(
    "override_later_months",
    3,
    "months",
    _OURS,
    ("S16", "S28"),
    "Longest delay a clinician may choose, in the low class only (8.9).",
)
