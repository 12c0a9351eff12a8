"""Which number of a laboratory can be used: on one side of the threshold for sure, or none."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.protocol.laboratory import (
    THRESHOLDS,
    LaboratoryTest,
    is_plausible,
    number_to_keep,
)

AFP, EGFR = LaboratoryTest.AFP, LaboratoryTest.EGFR
NUMBERS = st.decimals(min_value=0, max_value=300, places=2)


@pytest.mark.parametrize(
    ("test", "comparator", "number", "kept"),
    [
        pytest.param(AFP, "", "45", "45", id="exact"),
        pytest.param(AFP, "<", "2", "2", id="below what is measured"),
        pytest.param(AFP, "<", "20", None, id="below the threshold itself"),
        pytest.param(AFP, ">", "20000", "20000", id="above what is measured"),
        pytest.param(AFP, ">", "5", None, id="above something low"),
        pytest.param(AFP, "", "19.999", "20", id="never rounded to the safe side"),
        pytest.param(EGFR, ">", "60", "60", id="the usual way of good kidneys"),
        pytest.param(EGFR, "<", "15", "15", id="kidney failure"),
        pytest.param(EGFR, "<", "60", None, id="below 60 may be below 30"),
        pytest.param(EGFR, ">", "15", None, id="above 15 may be below 30"),
        pytest.param(EGFR, "<", "30", None, id="the limit itself is not below 30"),
        pytest.param(EGFR, "", "29.96", "29.9", id="no kidney gets better by rounding"),
    ],
)
def test_a_number_is_kept_as_far_as_it_decides(test, comparator, number, kept) -> None:
    assert number_to_keep(test, Decimal(number), comparator) == (kept and Decimal(kept))


@given(st.sampled_from(LaboratoryTest), st.sampled_from(["<", "<=", ">", ">="]), NUMBERS, NUMBERS)
def test_a_limit_that_is_kept_decides_as_the_value_would(test, comparator, limit, value) -> None:
    kept = number_to_keep(test, limit, comparator)
    is_possible = {
        "<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit,
    }[comparator]  # fmt: skip

    if kept is not None and is_possible:
        exact = number_to_keep(test, value)
        assert exact is not None
        assert (kept >= THRESHOLDS[test]) == (exact >= THRESHOLDS[test])


def test_what_nobody_has_is_not_plausible() -> None:
    assert is_plausible(AFP, Decimal(200_000))
    assert not is_plausible(AFP, Decimal(10) ** 9)
    assert not is_plausible(EGFR, Decimal(-1))
