"""The windows of 4.3, as offsets from their anchors."""

from typing import Final

from surveillance.protocol.parameters.parameter import Authority, Parameter, Span, WindowSpans

_SEED, _GUIDE, _OURS = Authority.SEED, Authority.GUIDE, Authority.OURS


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
