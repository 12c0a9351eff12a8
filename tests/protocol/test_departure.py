"""What is owed while an override stands, and when it is spent (clinical.md 8.9, I27)."""

from dataclasses import replace
from datetime import date

import pytest

from surveillance.protocol.departure import (
    Departure,
    StandingOverride,
    obligations_under,
    still_applies,
)
from surveillance.protocol.recommendation import Obligation, Recommendation, Window
from surveillance.protocol.terms import (
    Contraindication,
    EscalationClass,
    Modality,
    ObligationKind,
    RecommendationKind,
    Risk,
    Tri,
)
from tests.protocol.scenarios import patient

QUIET = patient()
WINDOW = Window(date(2026, 11, 30), date(2026, 12, 31), date(2027, 2, 28))
SOON = date(2026, 12, 15)
LATE = date(2027, 4, 30)
LOW, AT_RISK = EscalationClass.LOW, EscalationClass.AT_RISK


def owed(kind: ObligationKind, recommendation: RecommendationKind) -> Obligation:
    return Obligation(kind, recommendation, WINDOW, AT_RISK, Modality.US, "because")


SURVEILLANCE = owed(ObligationKind.IMAGING, RecommendationKind.SURVEILLANCE_IMAGING)
REFERRAL = owed(ObligationKind.REFERRAL, RecommendationKind.MDT_REFERRAL)
REVIEW = owed(ObligationKind.REVIEW, RecommendationKind.MANUAL_REVIEW)


def computed(*obligations: Obligation, escalation: EscalationClass = AT_RISK) -> Recommendation:
    return Recommendation(
        rule="R69",
        rule_title="",
        kind=obligations[0].recommendation,
        window=WINDOW,
        risk=Risk.AT_RISK,
        preferred_modality=Modality.US,
        alternatives=(),
        blocked=(Modality.CT_MULTIPHASE,),
        biopsy_allowed=False,
        biopsy_reasons=(),
        biopsy_cautions=(),
        escalation_class=escalation,
        stop=False,
        reasons=(),
        citations=(),
        addons=(),
        missing=(),
        facts_used=(),
        obligations=obligations,
        protocol_version="test",
    )


ANSWER = computed(SURVEILLANCE, REVIEW)


def override(kind: Departure, **said: object) -> StandingOverride:
    plain = StandingOverride(kind, "R69", AT_RISK, WINDOW.latest, Risk.AT_RISK, Tri.NO)
    return replace(plain, **said)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [Departure.CLOSE, Departure.SOONER, Departure.MODALITY])
def test_override_stands_while_the_same_is_computed(kind):
    assert still_applies(override(kind, latest=SOON, modality=Modality.US), ANSWER, QUIET)


@pytest.mark.parametrize("kind", list(Departure))
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(replace(ANSWER, rule="R34a"), id="another rule"),
        pytest.param(replace(ANSWER, escalation_class=EscalationClass.URGENT), id="another class"),
    ],
)
def test_override_is_spent_by_another_need(kind, answer):
    assert not still_applies(override(kind, latest=SOON, modality=Modality.US), answer, QUIET)


@pytest.mark.parametrize(
    ("kind", "escalation", "latest", "stands"),
    [
        pytest.param(Departure.SOONER, AT_RISK, date(2027, 1, 31), True, id="sooner, tightened"),
        pytest.param(Departure.SOONER, AT_RISK, date(2027, 8, 31), False, id="sooner, exam done"),
        pytest.param(Departure.LATER, LOW, WINDOW.latest, True, id="later, unchanged"),
        pytest.param(Departure.LATER, LOW, date(2027, 1, 31), False, id="later, tightened"),
        pytest.param(Departure.LATER, LOW, date(2027, 8, 31), False, id="later, exam done"),
        pytest.param(Departure.LATER, AT_RISK, WINDOW.latest, False, id="later, never at risk"),
        pytest.param(Departure.CLOSE, AT_RISK, date(2027, 8, 31), True, id="close, exam done"),
    ],
)
def test_dates_are_spent_when_the_window_moves(kind, escalation, latest, stands):
    window = replace(WINDOW, latest=latest)
    answer = replace(ANSWER, escalation_class=escalation, window=window)

    said = override(kind, escalation_class=escalation, latest=SOON)

    assert still_applies(said, answer, QUIET) is stands


def test_sooner_date_on_a_need_that_lost_its_window_is_spent():
    assert not still_applies(
        override(Departure.SOONER, latest=SOON), replace(ANSWER, window=None), QUIET
    )


def test_contraindicated_modality_is_spent():
    said = override(Departure.MODALITY, modality=Modality.CT_MULTIPHASE)
    allergic = patient(contraindications=frozenset({Contraindication.IODINATED_ALLERGY}))

    assert still_applies(said, ANSWER, QUIET)
    assert not still_applies(said, ANSWER, allergic)


def test_closing_leaves_nothing_owed():
    assert obligations_under(override(Departure.CLOSE), ANSWER) == ()


def test_sooner_date_brings_the_rules_own_window_forward_and_leaves_the_rest():
    imaging, review = obligations_under(override(Departure.SOONER, latest=SOON), ANSWER)

    assert imaging.window == Window(date(2026, 11, 30), SOON, SOON)
    assert review == REVIEW


def test_sooner_date_never_moves_a_day_later():
    day = date(2026, 9, 1)

    imaging, _ = obligations_under(override(Departure.SOONER, latest=day), ANSWER)

    assert imaging.window == Window(day, day, day)


def test_sooner_date_of_a_referral_leaves_its_safety_net_alone():
    answer = computed(REFERRAL, SURVEILLANCE)

    referral, imaging = obligations_under(override(Departure.SOONER, latest=SOON), answer)

    assert referral.window.latest == SOON
    assert imaging == SURVEILLANCE


def test_later_date_moves_the_last_day_only():
    imaging, _ = obligations_under(override(Departure.LATER, latest=LATE), ANSWER)

    assert imaging.window == replace(WINDOW, latest=LATE)


def test_modality_concerns_imaging_only():
    answer = computed(REFERRAL, SURVEILLANCE)
    said = override(Departure.MODALITY, modality=Modality.CEUS)

    referral, imaging = obligations_under(said, answer)

    assert (referral, imaging.modality) == (REFERRAL, Modality.CEUS)


@pytest.mark.parametrize(
    ("answer", "malignancy"),
    [
        pytest.param(replace(ANSWER, risk=Risk.UNDETERMINED), Tri.NO, id="another liver risk"),
        pytest.param(ANSWER, Tri.YES, id="a cancer"),
        pytest.param(ANSWER, Tri.UNKNOWN, id="a cancer in question"),
    ],
)
def test_a_signature_does_not_answer_for_facts_that_came_later(answer, malignancy):
    who = patient(extrahepatic_malignancy=malignancy)

    assert not still_applies(override(Departure.CLOSE), answer, who)
