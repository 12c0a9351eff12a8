"""The safety invariants of 6.1 on random histories; the number of examples is the profile's."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.protocol.facts import SurveillanceCase
from tests.protocol.histories import Choose, cases
from tests.protocol.invariants import ON_ONE_CASE, WITH_CHOICES


def name_of(check: Callable[..., None]) -> str:
    return check.__name__.removeprefix("check_")


@pytest.mark.parametrize("check", ON_ONE_CASE, ids=name_of)
@given(case=cases())
def test_invariant(check: Callable[[SurveillanceCase], None], case: SurveillanceCase) -> None:
    check(case)


@pytest.mark.parametrize("check", WITH_CHOICES, ids=name_of)
@given(case=cases(), data=st.data())
def test_invariant_of_a_further_exam(
    check: Callable[[SurveillanceCase, Choose], None], case: SurveillanceCase, data: Any
) -> None:
    check(case, lambda options: data.draw(st.sampled_from(options)))
