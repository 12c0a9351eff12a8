"""What is true of the patient throughout one decision: risk, malignancy, age group, allergies.

These facts are read as they stand on the as-of day and applied to the whole history (A-53).
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from surveillance.protocol import parameters
from surveillance.protocol.dates import MONTHS_OF_A_YEAR, add_months, age_in_years
from surveillance.protocol.facts import SurveillanceCase
from surveillance.protocol.risk import risk_of
from surveillance.protocol.terms import Contraindication, Risk, Tri


@dataclass(frozen=True, slots=True)
class Background:
    """`elevated`: at risk or undetermined. `strict`: elevated, or with an extrahepatic cancer."""

    risk: Risk
    elevated: bool
    malignancy: bool
    strict: bool
    child: bool
    birth_date: date | None
    mri_contraindicated: bool
    ct_contraindicated: bool


def background_of(case: SurveillanceCase) -> Background:
    """Read once per decision. Pregnancy is temporary: it blocks a modality, but it does not
    replace a study (A-29 asks for a signed waiver)."""
    patient = case.patient
    risk = risk_of(patient)
    elevated = risk is not Risk.LOW_RISK
    malignancy = patient.extrahepatic_malignancy is Tri.YES
    avoid = patient.contraindications
    return Background(
        risk=risk,
        elevated=elevated,
        malignancy=malignancy,
        strict=elevated or malignancy,
        child=is_child(patient.birth_date, case.as_of),
        birth_date=patient.birth_date,
        mri_contraindicated=bool(
            avoid & {Contraindication.MRI_DEVICE, Contraindication.GADOLINIUM_ALLERGY}
        ),
        ct_contraindicated=bool(
            avoid & {Contraindication.IODINATED_ALLERGY, Contraindication.EGFR_LT_30}
        ),
    )


def background_on(background: Background, day: date) -> Background:
    """The same patient on an earlier day: a child until the 18th birthday."""
    child = is_child(background.birth_date, day)
    return background if child is background.child else replace(background, child=child)


def adult_from(birth_date: date) -> date:
    """The first day on which the person is not a child any more: the 18th birthday, 1 March for
    those born on 29 February (A-18)."""
    months = MONTHS_OF_A_YEAR * parameters.ADULT_FROM_YEARS.value
    clamped = add_months(birth_date, months)
    return clamped if clamped.day == birth_date.day else clamped + timedelta(days=1)


def is_child(birth_date: date | None, day: date) -> bool:
    """Under 18 on `day`; adult on the 18th birthday (A-18)."""
    if birth_date is None:
        return False
    return age_in_years(birth_date, day) < parameters.ADULT_FROM_YEARS.value
