"""How long a captured report or an unclear recommendation may wait.

They decide about nobody's care, only about when people are told that something lies. So they are no
part of `ALL`, and changing one makes no new version of the protocol (docs/adr/0024).
"""

from typing import Final

from surveillance.protocol.parameters.parameter import Authority, Parameter

_OURS = Authority.OURS

CLARIFY_WITHIN_DAYS: Final = Parameter(
    "clarify_within_days",
    7,
    "days",
    _OURS,
    ("S9",),
    "79 % of recommendations lack an interval: the radiologist is asked within a week.",
)
CAPTURE_WITHIN_DAYS: Final = Parameter(
    "capture_within_days",
    3,
    "days",
    _OURS,
    ("S28",),
    "A report that speaks of a hepatic calcification is on file, or excluded, within three days.",
)
