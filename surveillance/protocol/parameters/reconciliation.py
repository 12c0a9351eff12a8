"""Numbers of recognising the exam that answers. None enters a recommendation, so changing one
makes no new protocol version."""

from typing import Final

from surveillance.protocol.parameters.parameter import Authority, Parameter

AUDITED_SHARE: Final = Parameter(
    "audited_share",
    10,
    "percent of the follow-ups closed by themselves",
    Authority.OURS,
    ("S28",),
    "So many are looked at by a person afterwards: the precision is measured, not assumed.",
)
CLOSED_BY_ITSELF: Final = (AUDITED_SHARE,)
