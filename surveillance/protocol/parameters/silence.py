"""The numbers of the failsafe: when is a silence too long, and how unlikely is unusual.

They decide about nobody's care, only about when people are told that the machine, a feed or a
team has gone quiet. So they are no part of `ALL`, and changing one makes no new version of the
protocol (docs/adr/0024).
"""

from datetime import time
from typing import Final

from surveillance.protocol.parameters.parameter import Authority, Parameter

_OURS = Authority.OURS

OPENING_HOURS: Final = Parameter(
    "opening_hours",
    (time(9), time(17)),
    "site's local time",
    _OURS,
    ("S28",),
    "When somebody can be expected to work a queue, on working days of the site.",
)
QUEUE_QUIET_HOURS: Final = Parameter(
    "queue_quiet_hours",
    16,
    "business hours",
    _OURS,
    ("S28",),
    "Two working days on which something was due and nobody acted on any patient of the site.",
)
SECOND_LOOK_HOURS: Final = Parameter(
    "second_look_hours",
    16,
    "business hours",
    _OURS,
    ("S28",),
    "Two working days for a second person to look at the evidence of follow-up elsewhere.",
)
ALARM_CHANCE: Final = Parameter(
    "alarm_chance",
    0.001,
    "probability",
    _OURS,
    ("S28",),
    "A count is unusual if chance alone brings one as extreme in fewer than one of a thousand.",
)
BASELINE_WEEKS: Final = Parameter(
    "baseline_weeks", 8, "weeks", _OURS, ("S28",), "What a site's own past is measured over."
)
FEED_LEAST: Final = Parameter(
    "feed_least",
    20,
    "records in the baseline",
    _OURS,
    ("S28",),
    "Below that, a feed is too thin for its silence to mean anything.",
)
FEED_QUIET_AT_MOST: Final = Parameter(
    "feed_quiet_at_most",
    60,
    "days",
    _OURS,
    ("S28",),
    "A silence is not counted further than this: the answer stands by then.",
)
FEED_THIN: Final = Parameter(
    "feed_thin",
    ((5, 1 / 2), (10, 2 / 3), (20, 2 / 3)),
    "open days, and the share of the usual above which it is no finding",
    _OURS,
    ("S28",),
    "One, two and four working weeks. However large the feed: a quiet week is no broken cable.",
)
FEED_THIN_NEWEST: Final = Parameter(
    "feed_thin_newest",
    2 / 3,
    "of the usual",
    _OURS,
    ("S28",),
    "On the newest of these days, too: a feed that is back is no finding.",
)
FEED_SEASON_LEAST: Final = Parameter(
    "feed_season_least",
    0.5,
    "of the usual",
    _OURS,
    ("S28",),
    "A season explains no more than half: last year's weeks may themselves have been an outage.",
)
FEED_BUSY_DEVIATIONS: Final = Parameter(
    "feed_busy_deviations",
    4,
    "standard deviations",
    _OURS,
    ("S28",),
    "A day above the usual by more than that is a bulk import, and counts as a usual day.",
)
BOUNCE_DAYS: Final = Parameter(
    "bounce_days", 7, "days", _OURS, ("S28",), "Bounces of these days against the baseline before."
)
BOUNCES_LEAST: Final = Parameter(
    "bounces_least", 5, "messages", _OURS, ("S28",), "Fewer are looked at one by one, as they fail."
)
BOUNCE_PRIOR: Final = Parameter(
    "bounce_prior",
    (1, 50),
    "bounces of messages",
    _OURS,
    ("S28",),
    "Added to the baseline: a site without a past is held to two in a hundred.",
)
OUTBOX_LEAST: Final = Parameter(
    "outbox_least", 20, "messages", _OURS, ("S28",), "A backlog below this is not a growing one."
)
OUTBOX_GROWTH: Final = Parameter(
    "outbox_growth", 1.5, "times the backlog of an hour ago", _OURS, ("S28",), "Growing, if above."
)
PARKED_RUNS: Final = Parameter(
    "parked_runs", 8, "sweeps", _OURS, ("S28",), "About an hour: what is parked in all of them."
)
WAKE_UPS_LEAST: Final = Parameter(
    "wake_ups_least",
    5,
    "wake-ups",
    _OURS,
    ("S28",),
    "So many waiting at the broker while no sweep ends: beat wakes and no worker answers.",
)

NUMBERS: Final[tuple[Parameter[object], ...]] = (
    OPENING_HOURS,
    QUEUE_QUIET_HOURS,
    SECOND_LOOK_HOURS,
    ALARM_CHANCE,
    BASELINE_WEEKS,
    FEED_LEAST,
    FEED_QUIET_AT_MOST,
    FEED_THIN,
    FEED_THIN_NEWEST,
    FEED_SEASON_LEAST,
    FEED_BUSY_DEVIATIONS,
    BOUNCE_DAYS,
    BOUNCES_LEAST,
    BOUNCE_PRIOR,
    OUTBOX_LEAST,
    OUTBOX_GROWTH,
    PARKED_RUNS,
    WAKE_UPS_LEAST,
)
"""Every one of them."""
