"""Cases that must be answered alike (6.2)."""

from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.protocol.facts import ExamFacts, SurveillanceCase
from surveillance.protocol.recommend import recommend
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import Conclusion, EscalationClass, Modality, Tri
from tests.protocol.histories import adults, cases
from tests.protocol.scenarios import case as small_case
from tests.protocol.scenarios import mri

YEARS = 400
"""A whole cycle of the calendar: every month has its length again."""

FINDINGS = ("size_mm", "aphe", "washout", "capsule", "hemangioma_pattern", "lirads", "conclusion")


def later(day: date) -> date:
    return day.replace(year=day.year + YEARS)


def shifted(value: Any) -> Any:
    """The same facts, every date four hundred years on."""
    if isinstance(value, date):
        return later(value)
    if isinstance(value, tuple):
        return tuple(shifted(each) for each in value)
    if hasattr(value, "__dataclass_fields__"):
        return replace(
            value, **{each.name: shifted(getattr(value, each.name)) for each in fields(value)}
        )
    return value


@given(cases())
def test_shifting_every_date_shifts_the_window(case: SurveillanceCase) -> None:
    answer, moved = recommend(case), recommend(shifted(case))

    assert moved.rule == answer.rule
    assert moved.window == (shifted(answer.window) if answer.window else None)
    assert [each.window for each in moved.obligations] == [
        shifted(each.window) for each in answer.obligations
    ]


@given(cases(), st.data())
def test_a_duplicate_row_changes_nothing(case: SurveillanceCase, data: st.DataObject) -> None:
    row = data.draw(st.sampled_from(case.exams))

    assert recommend(replace(case, exams=(*case.exams, row))) == recommend(case)


@given(cases(), st.data())
def test_one_report_in_two_rows_changes_nothing(
    case: SurveillanceCase, data: st.DataObject
) -> None:
    row = data.draw(st.sampled_from(case.exams))
    moved = data.draw(st.sets(st.sampled_from(FINDINGS)))
    first, second = split(row, moved)
    others = [each for each in case.exams if each != row]

    assert recommend(replace(case, exams=(*others, first, second))) == recommend(case)


def split(row: ExamFacts, moved: set[str]) -> tuple[ExamFacts, ExamFacts]:
    """Two rows of one report: each finding stands on one of them, the frame on both."""
    blank = {
        name: Tri.UNKNOWN if isinstance(getattr(row, name), Tri) else None for name in FINDINGS
    }
    kept: dict[str, Any] = {name: blank[name] for name in moved}
    left: dict[str, Any] = {name: blank[name] for name in FINDINGS if name not in moved}
    first, second = replace(row, **kept), replace(row, **left)
    return first, second


@given(adults(), st.sampled_from([Modality.US, Modality.CT_NONCONTRAST, Modality.CEUS]))
def test_an_older_smaller_exam_is_never_less_urgent(
    case: SurveillanceCase, modality: Modality
) -> None:
    """The lesion is largest when first seen in this history; an older exam shows that it grew."""
    sizes = [row.size_mm for row in case.exams if row.size_mm is not None]
    largest = max(sizes, default=Decimal(8))
    begun = min(row.on for row in case.exams)
    first = ExamFacts(on=begun - timedelta(days=40), modality=modality, size_mm=largest)
    older = ExamFacts(on=begun - timedelta(days=400), modality=modality, size_mm=largest / 2)
    told = replace(case, exams=(first, *case.exams))

    before = recommend(told)
    after = recommend(replace(told, exams=(older, *told.exams)))

    order = list(EscalationClass)
    closed_by_proof = {"R20", "R21", "R41", "R60", "R61b"}
    if before.rule not in closed_by_proof:
        assert order.index(after.escalation_class) >= min(
            order.index(before.escalation_class), order.index(EscalationClass.AT_RISK)
        )
        assert before.stop or not after.stop


@pytest.mark.parametrize("size", range(1, 301))
def test_low_risk_quiet_hemangioma_needs_nothing_at_any_size(size: int) -> None:
    seen = mri("2026-02-10", str(size), conclusion=Conclusion.HEMANGIOMA_TYPICAL)

    answer = recommend(small_case(seen))

    assert (answer.rule, answer.stop, answer.window) == ("R41", True, None)


def test_window_type_is_shifted_as_a_whole() -> None:
    window = Window(date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31))

    assert shifted(window).latest == date(2426, 3, 31)
