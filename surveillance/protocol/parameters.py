"""Every number of the protocol: value, unit, source, day of effect and day of last review.

Changing one number makes a new protocol version. Numbers tagged OURS are a clinical judgement
that a named clinician signs before go-live (clinical specification 8.10).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, Generic, TypeVar

from surveillance.protocol.terms import EscalationClass

PROTOCOL_VERSION: Final = "seed-2025-12-01/1"

V = TypeVar("V")


class Authority(StrEnum):
    """Where a number comes from: the source document, a guideline or study, or our judgement."""

    SEED = "SEED"
    GUIDE = "GUIDE"
    OURS = "OURS"


@dataclass(frozen=True, slots=True)
class Parameter(Generic[V]):
    """One number that a clinician chose. `cites` names statements (S..) or guideline keys."""

    key: str
    value: V
    unit: str
    authority: Authority
    cites: tuple[str, ...]
    note: str
    effective_on: date = date(2025, 12, 1)
    reviewed_on: date = date(2026, 11, 22)


_SEED, _GUIDE, _OURS = Authority.SEED, Authority.GUIDE, Authority.OURS

# ------------------------------------------------------------------ sizes

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

# ------------------------------------------------------------------ laboratory

AFP_RAISED_FROM: Final = Parameter(
    "afp_raised_from",
    Decimal(20),
    "ng/mL",
    _GUIDE,
    ("AASLD-2023", "US-LI-RADS-2024"),
    "From this value, or when rising, AFP asks for dynamic imaging in elevated risk (A-49).",
)

# ------------------------------------------------------------------ ages

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

# ------------------------------------------------------------------ windows (4.3)


@dataclass(frozen=True, slots=True)
class Span:
    """An offset from an anchor: calendar months (clamped), then days."""

    months: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class WindowSpans:
    """Offsets of the earliest, target and latest day from one anchor."""

    earliest: Span
    target: Span
    latest: Span


def _days(earliest: int, target: int, latest: int) -> WindowSpans:
    return WindowSpans(Span(days=earliest), Span(days=target), Span(days=latest))


def _months(earliest: int, target: int, latest: int) -> WindowSpans:
    return WindowSpans(Span(months=earliest), Span(months=target), Span(months=latest))


_SPANS = "days or months from the anchor"

IMMEDIATE: Final = Parameter(
    "immediate", _days(0, 0, 1), _SPANS, _OURS, ("S23",), "Heart-failure signs in a child."
)
URGENT: Final = Parameter(
    "urgent", _days(0, 14, 28), _SPANS, _OURS, ("S12", "S14"), "From the start of the need."
)
EXPEDITED: Final = Parameter(
    "expedited",
    _days(0, 28, 56),
    _SPANS,
    _OURS,
    ("S11", "RAO-DELAY"),
    "From the start of the need; a delay beyond 90 days worsens survival in HCC.",
)
CHARACTERISATION: Final = Parameter(
    "characterisation",
    WindowSpans(Span(), Span(days=42), Span(months=3)),
    _SPANS,
    _OURS,
    ("S7", "S9"),
    "From the start of the need; inside the 3-6 months of S9.",
)
REVIEW: Final = Parameter(
    "review", _days(0, 7, 14), _SPANS, _OURS, ("S30", "S31"), "From the day it is asked."
)
DATA: Final = Parameter(
    "data", _days(0, 14, 28), _SPANS, _OURS, ("S29",), "From the start of the need."
)
SURVEILLANCE: Final = Parameter(
    "surveillance",
    _months(3, 6, 6),
    _SPANS,
    _SEED,
    ("S9", "S13", "S28", "S34"),
    "From the last adequate exam; the target is brought forward below (A-5).",
)
SURVEILLANCE_TARGET_HEIGHTENED: Final = Parameter(
    "surveillance_target_heightened",
    3,
    "months",
    _OURS,
    ("S13", "LI-RADS-CT-MRI-2018"),
    "Target when concern is heightened (A-6).",
)
SURVEILLANCE_TARGET_FIRST_YEAR: Final = Parameter(
    "surveillance_target_first_year",
    4,
    "months",
    _GUIDE,
    ("EASL-2018", "INASL"),
    "Target in the first 12 months of the clock (A-5).",
)
SURVEILLANCE_LATEST_WATCHED_SUSPICION: Final = Parameter(
    "surveillance_latest_watched_suspicion",
    3,
    "months",
    _GUIDE,
    ("CEUS-LI-RADS",),
    "Latest day when the MDT watches LR-4 or worse (A-7).",
)
SURVEILLANCE_SIX: Final = Parameter(
    "surveillance_six",
    _months(3, 6, 6),
    _SPANS,
    _SEED,
    ("S13", "S28", "S34"),
    "From the last adequate exam, target at 6 months.",
)
SINGLE_CHECK: Final = Parameter(
    "single_check",
    _months(5, 6, 6),
    _SPANS,
    _SEED,
    ("S17",),
    "From the start of the clock; the early tolerance of one month is ours.",
)
ROUTINE: Final = Parameter(
    "routine",
    _months(5, 6, 6),
    _SPANS,
    _GUIDE,
    ("AASLD-2023", "EASL-2018"),
    "Six-monthly surveillance of the liver, from the last exam that covered it.",
)
SAFETY_NET: Final = Parameter(
    "safety_net",
    _months(0, 2, 3),
    _SPANS,
    _OURS,
    ("S28",),
    "Imaging beside an open referral, from its start or the last adequate exam (A18).",
)
PAED_HEMANGIOMA_YOUNG_INFANT: Final = Parameter(
    "paed_hemangioma_young_infant",
    WindowSpans(Span(days=14), Span(months=1), Span(months=2)),
    _SPANS,
    _OURS,
    ("S23", "AAP-2019"),
    "From the last adequate exam, by the child's age on that day.",
)
PAED_HEMANGIOMA_INFANT: Final = Parameter(
    "paed_hemangioma_infant",
    _months(2, 3, 4),
    _SPANS,
    _OURS,
    ("S23",),
    "From the last adequate exam, by the child's age on that day.",
)
PAED_HEMANGIOMA_CHILD: Final = Parameter(
    "paed_hemangioma_child", _months(3, 6, 6), _SPANS, _OURS, ("S23",), "As above, from 12 months."
)
PAED_ULTRASOUND_INFANT: Final = Parameter(
    "paed_ultrasound_infant",
    _months(1, 3, 4),
    _SPANS,
    _OURS,
    ("S24",),
    "From the last adequate exam, by the child's age on that day.",
)
PAED_ULTRASOUND_CHILD: Final = Parameter(
    "paed_ultrasound_child", _months(3, 6, 6), _SPANS, _OURS, ("S24",), "As above, from 12 months."
)
PAED_EVALUATION_INFANT: Final = Parameter(
    "paed_evaluation_infant",
    _days(0, 28, 56),
    _SPANS,
    _OURS,
    ("S22",),
    "From the start of the need, by the child's age on that day.",
)
PAED_EVALUATION_CHILD: Final = Parameter(
    "paed_evaluation_child",
    WindowSpans(Span(), Span(days=42), Span(months=3)),
    _SPANS,
    _OURS,
    ("S22",),
    "As above, from 12 months.",
)
FAILED_ATTEMPT_MONTHS: Final = Parameter(
    "failed_attempt_months",
    3,
    "months",
    _OURS,
    ("S28", "US-LI-RADS-2024"),
    "An exam that does not fulfil can only bring the latest day forward to this (A-35).",
)

# ------------------------------------------------------------------ clocks (3.6)

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

# ------------------------------------------------------------------ biopsy

GUIDELINE_BIOPSY_REASONS: Final = Parameter(
    "guideline_biopsy_reasons",
    True,
    "switch",
    _GUIDE,
    ("AASLD-2023",),
    "Biopsy reasons beyond the source document: LR-M, outside the LI-RADS population (A-46).",
)

# ------------------------------------------------------------------ ladder (8.6) and queue


@dataclass(frozen=True, slots=True)
class Rung:
    """`days` from the latest day (negative: before it); `tier` 1-4."""

    days: int
    tier: int


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
LOW_EGFR_BELOW: Final = Parameter(
    "low_egfr_below",
    Decimal(30),
    "mL/min/1.73 m²",
    _GUIDE,
    ("ACR-NKF-2021",),
    "A recorded eGFR below this is a contraindication, whether or not it was ticked (A-28).",
)
LARGEST_PLAUSIBLE_SIZE: Final = Parameter(
    "largest_plausible_size",
    Decimal(400),
    "mm",
    _OURS,
    ("S36",),
    "A size above this is refused as a slip of the pen; it decides nothing.",
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


def all_parameters() -> tuple[Parameter[object], ...]:
    """Every parameter, in the order of this file."""
    return tuple(value for value in globals().values() if isinstance(value, Parameter))
