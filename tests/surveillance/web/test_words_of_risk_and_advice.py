"""Half a sentence about risk, and a decision in words, for every state they can be in."""

from datetime import date

import pytest
from django.contrib.auth.models import User

from patients.models import Patient, RiskProfile, Tri
from surveillance.models import LesionAssessment
from surveillance.protocol.terms import Modality
from surveillance.web.recommendation_view import override_view, recommendation_view, window_words
from surveillance.web.risk_words import contraindication_words, fact_words, missing_facts, risk_why
from surveillance.web.wording import (
    label_of,
    language_words,
    moment_words,
    name_of_user,
    segments_words,
)
from tests.factories import HEALTHY_LIVER, RiskProfileFactory, SiteFactory


def profile(**facts: object) -> RiskProfile:
    built: RiskProfile = RiskProfileFactory.build(patient=None, **HEALTHY_LIVER | facts)
    return built


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        pytest.param({}, "no risk factor, normal liver", id="low risk"),
        pytest.param({"cirrhosis": Tri.YES}, "cirrhosis", id="one"),
        pytest.param(
            {"chronic_hbv": Tri.YES, "ald": Tri.YES, "extrahepatic_malignancy": Tri.YES},
            "chronic hepatitis B, alcohol-related liver disease and cancer outside the liver",
            id="several",
        ),
        pytest.param({"normal_liver_function": Tri.NO}, "abnormal liver function", id="not normal"),
        pytest.param(
            {"ald": Tri.UNKNOWN}, "not known: alcohol-related liver disease", id="unknown"
        ),
        pytest.param(
            dict.fromkeys(("ald", "prior_hcc", "cirrhosis", "chronic_hbv"), Tri.UNKNOWN),
            "4 facts not known",
            id="many unknown",
        ),
        pytest.param(
            {"cirrhosis": Tri.YES, "ald": Tri.UNKNOWN}, "cirrhosis", id="present before unknown"
        ),
    ],
)
def test_risk_is_explained_in_half_a_sentence(facts, words) -> None:
    assert risk_why(profile(**facts)) == words


def test_nothing_recorded_is_all_missing() -> None:
    assert risk_why(None) == "no risk facts recorded"
    assert len(missing_facts(None)) == 11
    assert missing_facts(profile()) == []


def test_contraindications_are_named() -> None:
    recorded = profile(contraindications=["GADOLINIUM_ALLERGY", "EGFR_LT_30"])

    assert contraindication_words(recorded) == "Gadolinium allergy, eGFR below 30"
    assert contraindication_words(None) == "None recorded"
    assert fact_words("new_fact") == "new fact"


def decision(**fields: object) -> LesionAssessment:
    values = {
        "as_of": date(2026, 3, 3),
        "protocol_version": "2026.1",
        "rule": "R33",
        "recommendation": "BIOPSY_CONSIDERATION",
        "risk": "AT_RISK",
        "escalation_class": "URGENT",
        "stop": False,
        "answer": {},
    }
    return LesionAssessment(**values | fields)


def test_biopsy_is_considered_with_reasons_and_cautions() -> None:
    answer = {"biopsy_reasons": ["GROWTH", "NEW_APHE"], "biopsy_cautions": ["Seeding 2.7 %."]}

    view = recommendation_view(decision(biopsy_allowed=True, answer=answer), "now")

    assert view.biopsy == (
        "The MDT may consider biopsy (Growth and New arterial phase hyperenhancement). "
        "Seeding 2.7 %."
    )


def test_biopsy_that_is_not_allowed_is_not_mentioned() -> None:
    answer = {"biopsy_reasons": ["GROWTH"]}

    assert recommendation_view(decision(answer=answer), "now").biopsy == ""


def test_add_ons_that_a_reason_explains_are_not_repeated() -> None:
    answer = {"addons": ["A02", "A18"], "reasons": ["A18: Imaging stays owed."]}

    assert recommendation_view(decision(answer=answer), "now").addons == ("A02",)


def test_decision_without_a_window_says_no_dates() -> None:
    view = recommendation_view(decision(stop=True), "now")

    assert view.window == window_words(None, None, None) == ""
    assert view.modality == ""


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        pytest.param("SOONER", "at the latest 3 Apr 2026", id="sooner"),
        pytest.param("LATER", "at the latest 3 Apr 2026", id="later"),
        pytest.param("MODALITY", "CT, multiphase", id="modality"),
        pytest.param("CLOSE", "", id="close"),
    ],
)
def test_override_says_what_it_changes(kind, what) -> None:
    author = User(username="ray", first_name="Dana", last_name="Ray")
    row = decision(
        override_kind=kind,
        override_reason="Because.",
        override_expires_on=date(2026, 9, 3),
        assessed_by=author,
        latest_on=date(2026, 4, 3),
        preferred_modality=Modality.CT_MULTIPHASE,
    )

    view = override_view(row)

    assert (view.what, view.author, view.expires) == (what, "Dana Ray", "3 Sep 2026")


def test_words_for_what_is_missing_or_out_of_date() -> None:
    assert label_of(Modality, "GAMMA_CAMERA") == "GAMMA_CAMERA"
    assert moment_words(None, SiteFactory.build()) == ""
    assert name_of_user(User(username="noname")) == "noname"
    assert name_of_user(None, "nobody") == "nobody"
    assert segments_words([]) == ""
    assert language_words(Patient(language="pt-BR")) == "Brazilian Portuguese"
    assert language_words(Patient(language="tlh")) == "tlh"
    assert language_words(Patient(language="es-MX", interpreter_needed=True)).endswith("needed")
