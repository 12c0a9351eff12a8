"""Many risk facts at once are held to what one at a time is held to."""

from datetime import date
from decimal import Decimal

import pytest

from patients.models import AfpResult, AuditEvent, RiskProfile, Tri
from patients.workflows.append_risk_facts import NewAfp, NewProfile, append_risk_facts
from patients.workflows.errors import WorkflowRefused
from patients.workflows.record_risk_profile import RiskFacts
from tests.factories import NOW, TODAY, PatientFactory

pytestmark = pytest.mark.django_db
TOMORROW = date(2026, 9, 1)
KNOWN = RiskFacts(cirrhosis=Tri.YES, egfr=Decimal(60))


def append(*, facts=KNOWN, on=TODAY, value=Decimal(31), taken_on=TODAY):
    patient = PatientFactory()
    append_risk_facts(
        profiles=[NewProfile(patient=patient, effective_on=on, facts=facts)],
        afp=[NewAfp(patient=patient, taken_on=taken_on, value_ng_ml=value)],
        source="registry file",
        by=None,
        now=NOW,
    )


def test_profile_and_result_are_appended_and_audited():
    append()

    assert RiskProfile.objects.get().egfr == 60
    assert AfpResult.objects.get().value_ng_ml == 31
    assert {event.action for event in AuditEvent.objects.all()} == {"risk_recorded", "afp_recorded"}


@pytest.mark.parametrize(
    ("field", "given"),
    [
        pytest.param("cirrhosis", {"facts": RiskFacts(cirrhosis="MAYBE")}, id="unknown word"),
        pytest.param("egfr", {"facts": RiskFacts(egfr=Decimal(301))}, id="eGFR out of range"),
        pytest.param(
            "contraindications",
            {"facts": RiskFacts(contraindications=frozenset({"PACEMAKER"}))},
            id="unknown contraindication",
        ),
        pytest.param(
            "expected_delivery_on",
            {"facts": RiskFacts(expected_delivery_on=date(2027, 1, 1))},
            id="delivery without pregnancy",
        ),
        pytest.param("effective_on", {"on": TOMORROW}, id="facts from tomorrow"),
        pytest.param("taken_on", {"taken_on": TOMORROW}, id="blood from tomorrow"),
        pytest.param("value_ng_ml", {"value": Decimal(-1)}, id="negative AFP"),
        pytest.param("value_ng_ml", {"value": None}, id="AFP without value or flag"),
    ],
)
def test_one_impossible_fact_refuses_them_all(field, given):
    with pytest.raises(WorkflowRefused) as refusal:
        append(**given)

    assert refusal.value.details["field"] == field
    assert not RiskProfile.objects.exists()
    assert not AfpResult.objects.exists()
    assert not AuditEvent.objects.exists()
