"""Numbers of the quality measures (8.7). They judge what was done, and decide nothing."""

from typing import Final

from surveillance.protocol.parameters.parameter import Authority, Parameter

ADHERENT_BEFORE: Final = Parameter(
    "adherent_before",
    30,
    "days before earliest",
    Authority.GUIDE,
    ("ACR-FOLLOW-UP",),
    "An exam from this day on counts as adherent.",
)
ADHERENT_AFTER: Final = Parameter(
    "adherent_after",
    60,
    "days after latest",
    Authority.GUIDE,
    ("ACR-FOLLOW-UP",),
    "An exam until this day counts as adherent. For reporting only: the ladder is stricter.",
)
UNDETERMINED_LONG: Final = Parameter(
    "undetermined_long",
    90,
    "days",
    Authority.OURS,
    ("S31",),
    "So long a liver risk may stay undetermined before it is counted.",
)

MEASURES: Final[tuple[Parameter[object], ...]] = (
    ADHERENT_BEFORE,
    ADHERENT_AFTER,
    UNDETERMINED_LONG,
)
"""Every number of this file, in the order in which they are shown."""
