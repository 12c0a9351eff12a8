"""What a laboratory's number means, in whatever format it came: which test, which unit, how sure.

LOINC codes: AFP as mass by volume of serum or plasma, eGFR by 1.73 m²; those of clinical.md, and
others as guides of HL7 and public code lists name them (not each was looked up at LOINC). A code
that is missing is added in the mapping of the feed. AFP in units by volume is known as AFP, so that
it waits and is not passed over: no document of ours says how it becomes ng/mL.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from surveillance.protocol.laboratory import LaboratoryTest, is_plausible, number_to_keep


class LaboratoryUnit(StrEnum):
    """Units in which results are kept."""

    NG_PER_ML = "ng/mL"
    ML_PER_MIN = "mL/min/1.73m2"


LOINC_TESTS: Final = {
    **dict.fromkeys(("1834-1", "83073-7", "19176-7", "83072-9"), LaboratoryTest.AFP),
    **dict.fromkeys(("33914-3", "48642-3", "48643-1", "62238-1", "69405-9", "76633-7", "77147-7",
                     "88293-6", "88294-4", "98979-8", "98980-6"), LaboratoryTest.EGFR),
}  # fmt: skip
UNIT_OF: Final = {
    LaboratoryTest.AFP: LaboratoryUnit.NG_PER_ML,
    LaboratoryTest.EGFR: LaboratoryUnit.ML_PER_MIN,
}
SPELLINGS: Final = {
    **dict.fromkeys(("ng/ml", "ug/l", "µg/l", "μg/l", "mcg/l", "ng/cc"), LaboratoryUnit.NG_PER_ML),
    **dict.fromkeys(("ml/min/1.73m2", "ml/min/1.73m^2", "ml/min/1.73m²", "ml/min/1.73sqm",
                     "ml/min/1.73_m2", "ml/min/1.73sq.m", "ml/min/1.73", "ml/min/1.73m*2"),
                    LaboratoryUnit.ML_PER_MIN),
}  # fmt: skip
"""Written small, without spaces and braces, with a decimal point. One µg/L is one ng/mL."""
NOT_WRITTEN: Final = str.maketrans({" ": "", "{": "", "}": "", "(": "", ")": "", ",": "."})
COMPARATORS: Final = {"≤": "<=", "≥": ">=", "=": ""}
NUMBER: Final = re.compile(
    r"(<=|>=|[<>≤≥=])?\s*(\d{1,12}(?:[.,]\d{1,20})?)\s*([a-zµμ].{0,40})?", re.ASCII | re.I
)
THOUSANDS_OR_PARTS: Final = re.compile(r"[1-9]\d{0,2},\d{3}", re.ASCII)
NOT_YET: Final = frozenset({"pending", "in progress", "to follow", "pendiente", "en curso"})
"""There is no result yet, whatever its state says."""


class Measured(NamedTuple):
    """A value in our unit, or the code of what keeps it from being used
    (workflows/take_in_laboratory.py)."""

    value: Decimal | None = None
    problem: str = ""


def measured(
    test: LaboratoryTest, said: str, unit: str, units: Mapping[str, LaboratoryUnit]
) -> Measured:
    """What `said` (`45`, `<2`, `> 20000 ng/mL`) is in our unit. `units`: the feed's own words.

    A comma before three digits could be either sign and is no number.
    """
    found = NUMBER.fullmatch(said.strip())
    if not found or THOUSANDS_OR_PARTS.fullmatch(found[2]):
        return Measured(problem="no_number")
    written = [one for one in (unit.strip(), (found[3] or "").strip()) if one]
    if not written:
        return Measured(problem="no_unit")
    if any(_unit(one, units) is not UNIT_OF[test] for one in written):
        return Measured(problem="unknown_unit")
    number = Decimal(found[2].replace(",", "."))
    if not is_plausible(test, number):
        return Measured(problem="implausible_value")
    comparator = found[1] or ""
    kept = number_to_keep(test, number, COMPARATORS.get(comparator, comparator))
    return Measured(kept) if kept is not None else Measured(problem="unclear_limit")


def is_pending(said: str) -> bool:
    """Whether the words say that the result is still to come."""
    return said.strip().casefold() in NOT_YET


def _unit(written: str, units: Mapping[str, LaboratoryUnit]) -> LaboratoryUnit | None:
    own = units.get(written.casefold())
    return own or SPELLINGS.get(written.casefold().translate(NOT_WRITTEN))
