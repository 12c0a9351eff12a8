"""Numbers of reaching people: parts of the day, pauses between tries, losing contact, refusals.

None of them enters a recommendation, so changing one makes no new protocol version.
"""

from typing import Final

from surveillance.protocol.parameters.parameter import Authority, Parameter
from surveillance.protocol.terms import DayPart

_GUIDE, _OURS = Authority.GUIDE, Authority.OURS

DAY_PART_FROM: Final = Parameter(
    "day_part_from",
    {DayPart.MORNING: 0, DayPart.AFTERNOON: 12, DayPart.EVENING: 17},
    "hour of the site's clock",
    _OURS,
    ("ABY-2020",),
    "Only a third is reached by telephone: whoever is out in the morning is tried at another time.",
)
PAUSE_AFTER: Final = Parameter(
    "pause_after",
    {
        "BUSY": 1,
        "NO_ANSWER": 1,
        "CALL_BACK": 1,
        "VOICEMAIL": 2,
        "LEFT_WITH_OTHER": 2,
        "LANGUAGE_BARRIER": 2,
        "MESSAGE_SENT": 3,
        "SENT": 7,
        "LETTER_SENT": 7,
    },
    "working days",
    _OURS,
    ("S28", "ABY-2020"),
    "Time to call back, to read a letter, to find an interpreter; then somebody tries again.",
)
NEXT_TRY_SPREAD: Final = Parameter(
    "next_try_spread",
    5,
    "working days",
    _OURS,
    ("ABY-2020",),
    "So many days are compared for a weekday that was tried least.",
)
CALL_HOURS: Final = Parameter(
    "call_hours",
    (8, 21),
    "hours of the site's clock: from, until",
    _OURS,
    ("S28",),
    "Nobody is called at night, nor is it promised: the hours of 47 CFR 64.1200(c)(1).",
)
LOST_ATTEMPTS: Final = Parameter(
    "lost_attempts", 4, "attempts", _OURS, ("S28",), "Before somebody may be called lost (A-32)."
)
LOST_CHANNELS: Final = Parameter(
    "lost_channels", 2, "channels", _OURS, ("S28",), "Over which those attempts were made."
)
LOST_DAY_PARTS: Final = Parameter(
    "lost_day_parts",
    2,
    "parts of the day",
    _OURS,
    ("S28", "ABY-2020"),
    "At which calls or visits were made; a letter has no time of day.",
)
LOST_WITHIN: Final = Parameter(
    "lost_within", 180, "days", _OURS, ("S28",), "Older attempts are not about what is owed now."
)
REOFFER_WITHIN: Final = Parameter(
    "reoffer_within", 6, "months", _OURS, ("S28",), "Whoever declined is asked again (A-32, A06)."
)
REOFFER_EVERY: Final = Parameter(
    "reoffer_every", 30, "days", _OURS, ("S28",), "A re-offer that was not made is asked for again."
)
OUTSIDE_CARE_LIMIT: Final = Parameter(
    "outside_care_limit",
    30,
    "days",
    _OURS,
    ("S28",),
    "Longest belief in follow-up elsewhere without a report, where the last day is not later.",
)

CONTACT: Final[tuple[Parameter[object], ...]] = (
    DAY_PART_FROM,
    PAUSE_AFTER,
    NEXT_TRY_SPREAD,
    CALL_HOURS,
    LOST_ATTEMPTS,
    LOST_CHANNELS,
    LOST_DAY_PARTS,
    LOST_WITHIN,
    REOFFER_WITHIN,
    REOFFER_EVERY,
    OUTSIDE_CARE_LIMIT,
)
"""Every number of this file, in the order in which they are shown."""
