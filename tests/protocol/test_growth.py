"""Growth, threshold growth and new enhancement (3.6, A-40, A-42)."""

from datetime import date
from decimal import Decimal

import pytest

from surveillance.protocol.growth import (
    NOTHING_CHANGED,
    Changes,
    Family,
    Measurement,
    after_day,
    has_grown,
    has_jumped_below_threshold,
    threshold_growth,
)
from surveillance.protocol.studies import Study, studies_of
from surveillance.protocol.terms import Modality
from tests.protocol.scenarios import NO, YES, ct, exam, limited_us, mri, us


def changes_after(*exams: object) -> Changes:
    studies = studies_of(exams)  # type: ignore[arg-type]
    changes = NOTHING_CHANGED
    for day in sorted({study.on for study in studies}):
        changes = after_day(changes, day, [study for study in studies if study.on == day])
    return changes


def study(one: object) -> Study:
    return studies_of([one])[0]  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("reference", "size", "grown"),
    [
        pytest.param("7", "9", True, id="2 mm and 28 %"),
        pytest.param("7", "8.9", False, id="1.9 mm"),
        pytest.param("10", "12", True, id="exactly 2 mm and 20 %"),
        pytest.param("11", "13", False, id="2 mm but 18 %"),
        pytest.param("5", "6.5", False, id="30 % but 1.5 mm"),
    ],
)
def test_growth_inside_a_family(reference: str, size: str, grown: bool) -> None:
    new = Measurement(date(2026, 6, 1), Family.MRI, Decimal(size))

    assert has_grown(new, [(Family.MRI, Decimal(reference))]) is grown


@pytest.mark.parametrize(
    ("reference", "size", "grown"),
    [
        pytest.param("10", "13", True, id="exactly 3 mm and 30 %"),
        pytest.param("10", "12.9", False, id="2.9 mm"),
        pytest.param("11", "14", False, id="3 mm but 27 %"),
    ],
)
def test_growth_between_families(reference: str, size: str, grown: bool) -> None:
    new = Measurement(date(2026, 6, 1), Family.CT, Decimal(size))

    assert has_grown(new, [(Family.ULTRASOUND, Decimal(reference))]) is grown


def test_creeping_growth_is_caught_against_the_smallest() -> None:
    changes = changes_after(us("2026-01-10", "8"), us("2026-05-10", "9"), us("2026-09-10", "10"))

    assert changes.growth_on == date(2026, 9, 10)


def test_other_modality_does_not_hide_growth_inside_one() -> None:
    changes = changes_after(
        mri("2026-01-10", "10"), us("2026-02-10", "12"), mri("2026-06-10", "12.5")
    )

    assert changes.growth_on == date(2026, 6, 10)


def test_growth_resets_the_references() -> None:
    changes = changes_after(
        us("2026-01-10", "7"),
        mri("2026-01-20", "7"),
        us("2026-06-10", "10"),
        us("2026-09-10", "11"),
    )

    assert changes.growth_on == date(2026, 6, 10)
    assert changes.references == ((Family.ULTRASOUND, Decimal(10)),)
    assert changes.reset_on == date(2026, 6, 10)


def test_inadequate_and_informative_exams_are_never_measured_against() -> None:
    changes = changes_after(
        limited_us("2026-01-10", "5"),
        exam("2026-02-10", Modality.PET_CT, "4"),
        exam("2026-02-11", Modality.XR, "4"),
        us("2026-03-10", "4", lesion_seen=False),
        us("2026-06-10", "8"),
    )

    assert changes.growth_on is None


def test_decrease_is_stable() -> None:
    assert changes_after(us("2026-01-10", "9"), us("2026-06-10", "5")).growth_on is None


def test_sizes_of_one_day_are_not_compared_with_each_other() -> None:
    assert changes_after(us("2026-01-10", "8"), mri("2026-01-10", "12")).growth_on is None


def test_limited_scan_filed_beside_a_good_one_does_not_hide_growth() -> None:
    changes = changes_after(
        us("2026-01-10", "7"), us("2026-06-10", "12"), limited_us("2026-06-10", "7")
    )

    assert changes.growth_on == date(2026, 6, 10)


def test_enhancement_is_new_only_after_an_explicit_no() -> None:
    first = changes_after(mri("2026-01-10", "12", aphe=YES))
    developed = changes_after(mri("2026-01-10", "12", aphe=NO), mri("2026-06-10", "12", aphe=YES))
    persisting = changes_after(
        mri("2026-01-10", "12", aphe=NO),
        mri("2026-06-10", "12", aphe=YES),
        mri("2026-09-10", "12", aphe=YES),
    )

    assert first.new_aphe_on is None
    assert developed.new_aphe_on == developed.reset_on == date(2026, 6, 10)
    assert persisting.new_aphe_on == date(2026, 6, 10)


def test_absence_counts_from_an_adequate_contrast_study_only() -> None:
    limited = changes_after(
        mri("2026-01-10", "12", aphe=NO, adequate=False), mri("2026-06-10", "12", aphe=YES)
    )
    plain = changes_after(us("2026-01-10", "12", aphe=NO), mri("2026-06-10", "12", aphe=YES))

    assert limited.new_aphe_on is None
    assert plain.new_aphe_on is None


def test_reset_is_the_later_of_growth_and_enhancement() -> None:
    changes = changes_after(
        mri("2026-01-10", "12", aphe=NO),
        mri("2026-06-10", "12", aphe=YES),
        mri("2026-09-10", "20"),
    )

    assert changes.reset_on == date(2026, 9, 10)


@pytest.mark.parametrize(
    ("first_on", "first", "now", "expected"),
    [
        pytest.param("2026-01-10", "8", "12", True, id="half as large again in 6 months"),
        pytest.param("2026-01-09", "8", "12", False, id="a day more than 6 months"),
        pytest.param("2026-01-10", "6", "9.9", False, id="below 10 mm"),
        pytest.param("2026-01-10", "8", "11.9", False, id="less than half"),
        pytest.param("2026-01-10", "8", None, False, id="not measured"),
    ],
)
def test_threshold_growth(first_on: str, first: str, now: str | None, expected: bool) -> None:
    changes = changes_after(mri(first_on, first))

    assert threshold_growth(changes, study(ct("2026-07-10", now))) is expected


def test_jump_between_families_below_growth_is_a_flag() -> None:
    jumped = changes_after(us("2026-01-10", "10"), mri("2026-02-10", "12.5"))
    level = changes_after(us("2026-01-10", "10"), mri("2026-02-10", "11"))

    assert jumped.growth_on is None
    assert has_jumped_below_threshold(jumped)
    assert not has_jumped_below_threshold(level)
    assert not has_jumped_below_threshold(NOTHING_CHANGED)
