"""What a clinician may change about an answer (8.9, I27)."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.protocol.dates import add_months
from surveillance.protocol.departure import (
    Departure,
    StandingOverride,
    obligations_under,
    still_applies,
)
from surveillance.protocol.facts import PatientFacts, SurveillanceCase
from surveillance.protocol.overrides import OverrideRequest, check_override
from surveillance.protocol.recommend import recommend
from surveillance.protocol.recommendation import Recommendation
from surveillance.protocol.terms import Contraindication, EscalationClass, LiRads, Modality
from tests.protocol.histories import cases
from tests.protocol.scenarios import CIRRHOTIC, SPOT, YES, case, lr3, mri, patient, us

NO_IODINE, NO_GADOLINIUM = Contraindication.IODINATED_ALLERGY, Contraindication.GADOLINIUM_ALLERGY
LOW_EGFR = Contraindication.EGFR_LT_30


def avoiding(*reasons: Contraindication) -> dict[str, Any]:
    return {"contraindications": frozenset(reasons)}


AT_RISK = recommend(case(lr3("2026-02-10"), who=CIRRHOTIC))
URGENT = recommend(case(mri("2026-02-10", "14", lirads=LiRads.LR_5), who=CIRRHOTIC))
LOW = recommend(case(mri("2026-02-10", "7", lirads=LiRads.LR_3)))
BY_ULTRASOUND = recommend(case(lr3("2026-02-10", "7"), us("2026-06-10", "7"), who=CIRRHOTIC))
CLOSED = recommend(case(us("2026-02-10", "4"), what=SPOT))
QUIET = patient(**CIRRHOTIC)


def asked(**changes: Any) -> OverrideRequest:
    usual = {"author": "Dr Example", "reason": "patient abroad", "on": date(2026, 3, 1)}
    return OverrideRequest(**{**usual, **changes})


def refused(
    answer: Recommendation, request: OverrideRequest, who: PatientFacts = QUIET
) -> str | None:
    return check_override(answer, request, who)


def latest_of(answer: Recommendation, days: int) -> date:
    assert answer.window is not None
    return answer.window.latest + timedelta(days=days)


@pytest.mark.parametrize("blank", [{"author": " "}, {"reason": ""}, {"on": None}])
def test_author_reason_and_date_are_needed(blank: dict[str, Any]) -> None:
    refusal = refused(AT_RISK, asked(latest=latest_of(AT_RISK, -1), **blank))

    assert refusal is not None
    assert "author, a reason and a date" in refusal


def test_something_must_change() -> None:
    assert refused(AT_RISK, asked()) is not None


@pytest.mark.parametrize("answer", [AT_RISK, URGENT, LOW])
def test_any_clinician_may_choose_a_sooner_date(answer: Recommendation) -> None:
    assert refused(answer, asked(latest=latest_of(answer, -10))) is None


@pytest.mark.parametrize("answer", [AT_RISK, URGENT])
def test_nobody_postpones_outside_the_low_class(answer: Recommendation) -> None:
    request = asked(latest=latest_of(answer, 1), by_responsible_clinician=True)

    refusal = refused(answer, request)

    assert refusal is not None
    assert "S28" in refusal


def test_low_class_is_postponed_by_the_responsible_clinician_three_months_at_most() -> None:
    by_anybody = asked(latest=latest_of(LOW, 1))
    by_responsible = asked(latest=date(2026, 11, 10), by_responsible_clinician=True)
    too_late = asked(latest=date(2026, 11, 11), by_responsible_clinician=True)

    assert LOW.window is not None
    assert LOW.window.latest == date(2026, 8, 10)
    assert refused(LOW, by_anybody) is not None
    assert refused(LOW, by_responsible) is None
    assert "2026-11-10" in str(refused(LOW, too_late))


def test_a_closed_lesion_has_no_date() -> None:
    assert "Nothing is owed" in str(refused(CLOSED, asked(latest=date(2026, 9, 1))))


def test_modality_is_changed_by_the_responsible_clinician() -> None:
    ct = {"modality": Modality.CT_MULTIPHASE}

    assert refused(AT_RISK, asked(**ct)) is not None
    assert refused(AT_RISK, asked(**ct, by_responsible_clinician=True)) is None


@pytest.mark.parametrize(
    ("who", "modality", "word"),
    [
        pytest.param(avoiding(NO_IODINE), Modality.CT_MULTIPHASE, "contraindicated", id="iodine"),
        pytest.param(
            avoiding(NO_GADOLINIUM), Modality.MRI_EXTRACELLULAR, "contraindicated", id="gadolinium"
        ),
        pytest.param(
            avoiding(LOW_EGFR), Modality.MRI_HEPATOBILIARY, "contraindicated", id="gadoxetate"
        ),
        pytest.param({"pregnant": YES}, Modality.CT_MULTIPHASE, "contraindicated", id="pregnant"),
        pytest.param({}, Modality.PET_CT, "information", id="PET-CT"),
        pytest.param({}, Modality.XR, "information", id="radiograph"),
    ],
)
@pytest.mark.parametrize("answer", [AT_RISK, BY_ULTRASOUND], ids=["by contrast", "by ultrasound"])
def test_what_the_patient_must_not_have_is_refused(
    answer: Recommendation, who: dict[str, Any], modality: Modality, word: str
) -> None:
    request = asked(modality=modality, by_responsible_clinician=True)

    assert word in str(refused(answer, request, patient(**CIRRHOTIC | who)))


@given(told=cases(), data=st.data())
def test_no_override_postpones_what_is_dangerous_or_hides_the_rule(
    told: SurveillanceCase, data: st.DataObject
) -> None:
    """I27, over random histories and requests."""
    computed, who = recommend(told), told.patient
    if computed.window is None:
        return
    days = data.draw(st.sampled_from([-40, -1, 0, 1, 30, 92, 200]))
    request = asked(
        latest=computed.window.latest + timedelta(days=days),
        on=told.as_of,
        by_responsible_clinician=data.draw(st.booleans()),
    )
    if check_override(computed, request, who) is not None:
        return
    standing = StandingOverride(
        kind=Departure.SOONER if days <= 0 else Departure.LATER,
        rule=computed.rule,
        escalation_class=computed.escalation_class,
        computed_latest=computed.window.latest,
        risk=computed.risk,
        malignancy=who.extrahepatic_malignancy,
        latest=request.latest,
    )

    owed = obligations_under(standing, computed)

    assert still_applies(standing, computed, who)
    assert recommend(told) == computed
    for before, after in zip(computed.obligations, owed, strict=True):
        if computed.escalation_class is not EscalationClass.LOW:
            assert after.window.latest <= before.window.latest
        assert after.window.latest <= add_months(before.window.latest, 3)


def test_closing_needs_a_signature_or_proof() -> None:
    assert refused(AT_RISK, asked(close=True, benign_proof=True)) is not None
    responsible = asked(close=True, by_responsible_clinician=True)
    assert "R04" in str(refused(AT_RISK, responsible))
    signed = asked(close=True, by_responsible_clinician=True, signed_not_appropriate=True)
    proved = asked(close=True, by_responsible_clinician=True, benign_proof=True)
    assert refused(AT_RISK, signed) is None
    assert refused(AT_RISK, proved) is None
