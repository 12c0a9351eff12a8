"""Sizes, laboratory values, ages, clocks and biopsy."""

from decimal import Decimal
from typing import Final

from surveillance.protocol.parameters.parameter import Authority, Parameter

_SEED, _GUIDE, _OURS = Authority.SEED, Authority.GUIDE, Authority.OURS

LARGE_FROM: Final = Parameter(
    "large_from",
    Decimal(10),
    "mm",
    _GUIDE,
    ("S9", "S11", "US-LI-RADS-2017"),
    "Exactly this size and above is large; sizes are never rounded before comparing (A-1).",
)
LI_RADS_TWENTY: Final = Parameter(
    "li_rads_twenty",
    Decimal(20),
    "mm",
    _GUIDE,
    ("LI-RADS-CT-MRI-2018",),
    "Upper size step of the diagnostic table.",
)
GROWTH_SAME_FAMILY_MM: Final = Parameter(
    "growth_same_family_mm",
    Decimal("2.0"),
    "mm",
    _OURS,
    ("S14", "RECIST-1.1"),
    "Least increase that counts as growth within one family of modalities (A-40).",
)
GROWTH_SAME_FAMILY_RATIO: Final = Parameter(
    "growth_same_family_ratio",
    Decimal("1.20"),
    "ratio",
    _OURS,
    ("S14", "RECIST-1.1"),
    "Least ratio that counts as growth within one family of modalities (A-40).",
)
GROWTH_OTHER_FAMILY_MM: Final = Parameter(
    "growth_other_family_mm",
    Decimal("3.0"),
    "mm",
    _OURS,
    ("S14",),
    "Least increase against another family of modalities (A-40).",
)
GROWTH_OTHER_FAMILY_RATIO: Final = Parameter(
    "growth_other_family_ratio",
    Decimal("1.30"),
    "ratio",
    _OURS,
    ("S14",),
    "Least ratio against another family of modalities (A-40).",
)
THRESHOLD_GROWTH_RATIO: Final = Parameter(
    "threshold_growth_ratio",
    Decimal("1.50"),
    "ratio",
    _GUIDE,
    ("LI-RADS-CT-MRI-2018",),
    "LI-RADS threshold growth, shown and used in its diagnostic table.",
)
THRESHOLD_GROWTH_MONTHS: Final = Parameter(
    "threshold_growth_months",
    6,
    "months",
    _GUIDE,
    ("LI-RADS-CT-MRI-2018",),
    "Longest interval of LI-RADS threshold growth.",
)

AFP_RAISED_FROM: Final = Parameter(
    "afp_raised_from",
    Decimal(20),
    "ng/mL",
    _GUIDE,
    ("AASLD-2023", "US-LI-RADS-2024"),
    "From this value, or when rising, AFP asks for dynamic imaging in elevated risk (A-49).",
)

AFP_OF_ADULTS_FROM_MONTHS: Final = Parameter(
    "afp_of_adults_from_months",
    12,
    "months",
    _OURS,
    ("S22",),
    "From this age on a raised AFP is high for age, whether or not the report says so.",
)
ADULT_FROM_YEARS: Final = Parameter(
    "adult_from_years",
    18,
    "years",
    _GUIDE,
    ("S22", "LI-RADS-POPULATION"),
    "Adult rules from this birthday on (A-18).",
)
INFANT_UNDER_MONTHS: Final = Parameter(
    "infant_under_months",
    12,
    "months",
    _OURS,
    ("S22",),
    "Children younger than this get the infant windows.",
)
YOUNG_INFANT_UNDER_MONTHS: Final = Parameter(
    "young_infant_under_months",
    6,
    "months",
    _OURS,
    ("S23", "AAP-2019"),
    "Hemangiomas grow most in these months.",
)

FIRST_YEAR_MONTHS: Final = Parameter(
    "first_year_months", 12, "months", _GUIDE, ("EASL-2018",), "Length of the first-year interval."
)
HEMANGIOMA_MONTHS: Final = Parameter(
    "hemangioma_months",
    12,
    "months",
    _GUIDE,
    ("S28", "ACG-2024"),
    "Follow-up of a typical hemangioma in elevated risk before routine surveillance (A-23).",
)
SERIES_MONTHS: Final = Parameter(
    "series_months", 24, "months", _SEED, ("S13",), "Length of the short-interval series."
)
SERIES_FOLLOW_UPS: Final = Parameter(
    "series_follow_ups",
    2,
    "exams",
    _OURS,
    ("S13",),
    "Adequate follow-ups without which the series is not released (A-11).",
)
PERSISTENCE_MONTHS: Final = Parameter(
    "persistence_months",
    6,
    "months",
    _OURS,
    ("S14", "S35"),
    "Time from the first contrast study after which uncertainty persists (A-43).",
)
PERSISTENCE_FOLLOW_UPS: Final = Parameter(
    "persistence_follow_ups",
    2,
    "exams",
    _OURS,
    ("S14", "S35"),
    "Adequate follow-ups, at least one with contrast, after which uncertainty persists (A-43).",
)
PAED_STOP_EXAMS: Final = Parameter(
    "paed_stop_exams", 3, "exams", _OURS, ("S24",), "Adequate exams before a child's series ends."
)
PAED_STOP_MONTHS: Final = Parameter(
    "paed_stop_months", 12, "months", _OURS, ("S24",), "Time those exams must span."
)
ROUTINE_LIMITED_ULTRASOUNDS: Final = Parameter(
    "routine_limited_ultrasounds",
    2,
    "exams",
    _GUIDE,
    ("US-LI-RADS-2024",),
    "Consecutive VIS-C ultrasounds after which routine surveillance changes modality.",
)

GUIDELINE_BIOPSY_REASONS: Final = Parameter(
    "guideline_biopsy_reasons",
    True,
    "switch",
    _GUIDE,
    ("AASLD-2023",),
    "Biopsy reasons beyond the source document: LR-M, outside the LI-RADS population (A-46).",
)
LOW_EGFR_BELOW: Final = Parameter(
    "low_egfr_below",
    Decimal(30),
    "mL/min/1.73 m²",
    _GUIDE,
    ("ACR-NKF-2021",),
    "A recorded eGFR below this is a contraindication, whether or not it was ticked (A-28).",
)
LARGEST_PLAUSIBLE_AFP: Final = Parameter(
    "largest_plausible_afp",
    Decimal(100_000_000),
    "ng/mL",
    _OURS,
    ("S36",),
    "A value above this is refused as a slip of the pen; it decides nothing.",
)
LARGEST_PLAUSIBLE_SIZE: Final = Parameter(
    "largest_plausible_size",
    Decimal(400),
    "mm",
    _OURS,
    ("S36",),
    "A size above this is refused as a slip of the pen; it decides nothing.",
)
SMALLEST_PLAUSIBLE_SIZE: Final = Parameter(
    "smallest_plausible_size",
    Decimal("0.01"),
    "mm",
    _OURS,
    ("S36",),
    "The precision in which sizes are kept; a smaller one is refused as a slip of the pen.",
)
