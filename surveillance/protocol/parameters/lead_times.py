"""How long a study takes to be authorised and booked, and whom a missing order is told to.

A site gives its own lead times (its administrators do, with history); these stand in until it
does. They move nothing that is owed and decide about no lesion: only the day on which somebody is
asked to order, to book and to call follows from them. So they are no part of the protocol version.
"""

from datetime import date
from typing import Final

from surveillance.protocol.parameters.parameter import Authority, OrderRung, Parameter
from surveillance.protocol.terms import EscalationClass, Modality

_GUIDE, _OURS = Authority.GUIDE, Authority.OURS
_JUDGED = date(2026, 11, 26)

BOOKING_LEAD: Final = Parameter(
    "booking_lead",
    14,
    "days",
    _OURS,
    ("ACR-DEFINE-AI",),
    "From booking to the appointment; a site gives its own.",
    effective_on=_JUDGED,
    reviewed_on=_JUDGED,
)
AUTHORISATION_LEAD: Final = Parameter(
    "authorisation_lead",
    14,
    "days",
    _OURS,
    ("ACR-DEFINE-AI",),
    "From the order to its authorisation: MRI, CT, PET; a site gives its own.",
    effective_on=_JUDGED,
    reviewed_on=_JUDGED,
)
PLAIN_AUTHORISATION_LEAD: Final = Parameter(
    "plain_authorisation_lead",
    7,
    "days",
    _OURS,
    ("ACR-DEFINE-AI",),
    "The same for ultrasound, with and without contrast; a site gives its own.",
    effective_on=_JUDGED,
    reviewed_on=_JUDGED,
)
PLAIN_STUDIES: Final = Parameter(
    "plain_studies",
    (Modality.US, Modality.CEUS, Modality.XR),
    "modalities",
    _OURS,
    ("ACR-DEFINE-AI",),
    "Authorised quickly. A study that is not known counts as one that takes long.",
    effective_on=_JUDGED,
    reviewed_on=_JUDGED,
)
AIM_BEFORE_LATEST: Final = Parameter(
    "aim_before_latest",
    14,
    "days before latest",
    _OURS,
    ("S28",),
    "Room for a missed appointment where the target is the last day itself.",
    effective_on=_JUDGED,
    reviewed_on=_JUDGED,
)
CONTACT_BEFORE_APPOINTMENT: Final = Parameter(
    "contact_before_appointment",
    7,
    "days",
    _OURS,
    ("LOFTUS-2024",),
    "A patient without an appointment is spoken to by then: by telephone, not by portal.",
    effective_on=_JUDGED,
    reviewed_on=_JUDGED,
)
URGENT_STEPS: Final = Parameter(
    "urgent_steps",
    (0, 2, 5),
    "days from opening",
    _OURS,
    ("S28", "RAO-DELAY"),
    "Order, book, contact at the latest, in the urgent class.",
    effective_on=_JUDGED,
    reviewed_on=_JUDGED,
)
ORDER_MISSING: Final = Parameter(
    "order_missing",
    {
        EscalationClass.NONE: (),
        EscalationClass.LOW: (OrderRung(0, 1),),
        EscalationClass.AT_RISK: (OrderRung(0, 1), OrderRung(7, 2), OrderRung(14, 3)),
        EscalationClass.URGENT: (OrderRung(0, 1), OrderRung(2, 2), OrderRung(4, 3)),
    },
    "days from order by, tier told",
    _GUIDE,
    ("MARQUARDT-2021", "S28"),
    "That the order is the first link to break is published, the days are ours. A message, no "
    "escalation: the owner stays the same.",
    effective_on=_JUDGED,
    reviewed_on=_JUDGED,
)
WORK_AHEAD: Final = Parameter(
    "work_ahead",
    14,
    "days",
    _OURS,
    ("MARQUARDT-2021",),
    "How far ahead the lists “To order” and “To book” look.",
    effective_on=_JUDGED,
    reviewed_on=_JUDGED,
)

LEAD_TIMES: Final[tuple[Parameter[object], ...]] = (
    BOOKING_LEAD,
    AUTHORISATION_LEAD,
    PLAIN_AUTHORISATION_LEAD,
    PLAIN_STUDIES,
    AIM_BEFORE_LATEST,
    CONTACT_BEFORE_APPOINTMENT,
    URGENT_STEPS,
    ORDER_MISSING,
    WORK_AHEAD,
)
"""Every number of the chase of orders and bookings, in the order in which they are shown."""
