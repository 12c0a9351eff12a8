"""A laboratory's number as the protocol can use it: exact, or the limit of one that is not."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Final

from surveillance.protocol.parameters import (
    AFP_RAISED_FROM,
    LARGEST_PLAUSIBLE_AFP,
    LOW_EGFR_BELOW,
)

BELOW: Final = frozenset({"<", "<="})
ABOVE: Final = frozenset({">", ">="})


class LaboratoryTest(StrEnum):
    """What a laboratory measures that the protocol asks for."""

    AFP = "AFP"
    """Serum alpha-fetoprotein, ng/mL (A-49)."""
    EGFR = "EGFR"
    """Estimated glomerular filtration rate, mL/min/1.73 m² (A-28)."""


THRESHOLDS: Final = {
    LaboratoryTest.AFP: AFP_RAISED_FROM.value,
    LaboratoryTest.EGFR: LOW_EGFR_BELOW.value,
}
PLACES: Final = {
    LaboratoryTest.AFP: (2, ROUND_CEILING),
    LaboratoryTest.EGFR: (1, ROUND_FLOOR),
}
"""Decimal places that are kept; what is finer goes to the side that asks for more care."""


def is_plausible(test: LaboratoryTest, number: Decimal) -> bool:
    """Whether somebody's blood can hold so much; an eGFR is looked at where it is recorded."""
    return number >= 0 and (test is LaboratoryTest.EGFR or number <= LARGEST_PLAUSIBLE_AFP.value)


def number_to_keep(test: LaboratoryTest, number: Decimal, comparator: str = "") -> Decimal | None:
    """The number, in ng/mL or mL/min/1.73 m², as it is kept; None if it decides nothing for sure.

    A limit is kept where everything that it can stand for lies on its own side of the threshold
    (AFP 20, A-49; eGFR 30, A-28): AFP `<2` as 2, `>20000` as 20000, eGFR `>60` as 60, `<15` as 15.
    AFP `<20`, eGFR `<60` and the like are None: nobody can say on which side the value lies.
    """
    places, rounding = PLACES[test]
    kept = number.scaleb(places).to_integral_value(rounding).scaleb(-places)
    is_from_threshold = kept >= THRESHOLDS[test]
    if comparator in BELOW and is_from_threshold:
        return None
    if comparator in ABOVE and not is_from_threshold:
        return None
    return kept
