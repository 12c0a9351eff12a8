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
OVERDUE_BANDS: Final = Parameter(
    "overdue_bands",
    (1, 7, 21, 60),
    "days after latest",
    Authority.OURS,
    ("S28",),
    "First days of the bands in which a delay is counted: the steps of the at-risk ladder.",
)
MONTHS_SHOWN: Final = Parameter(
    "months_shown",
    12,
    "months",
    Authority.OURS,
    ("S28",),
    "So far back the dashboard counts; the month of the day itself is the last of them.",
)
FORECAST_WEEKS: Final = Parameter(
    "forecast_weeks",
    26,
    "weeks",
    Authority.OURS,
    ("S28",),
    "So far ahead the load of navigators is counted from open windows.",
)
SMALL_NODULE_BELOW: Final = Parameter(
    "small_nodule_below",
    10,
    "mm",
    Authority.GUIDE,
    ("US-LI-RADS-2017",),
    "A nodule of the ACR measure is smaller.",
)
SIX_MONTHLY: Final = Parameter(
    "six_monthly",
    6,
    "months",
    Authority.GUIDE,
    ("NICE-QS152",),
    "An exam of the liver within so many months counts as 6-monthly surveillance.",
)
SIX_MONTHLY_TOLERANCE: Final = Parameter(
    "six_monthly_tolerance",
    1,
    "months",
    Authority.OURS,
    ("NICE-QS152",),
    "So much later an exam still counts in the tolerant reading, which is told beside the strict.",
)

MEASURES: Final[tuple[Parameter[object], ...]] = (
    ADHERENT_BEFORE,
    ADHERENT_AFTER,
    UNDETERMINED_LONG,
    OVERDUE_BANDS,
    MONTHS_SHOWN,
    FORECAST_WEEKS,
    SMALL_NODULE_BELOW,
    SIX_MONTHLY,
    SIX_MONTHLY_TOLERANCE,
)
"""Every number of this file, in the order in which they are shown."""
