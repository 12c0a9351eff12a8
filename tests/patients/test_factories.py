"""The factories make what they say."""

import pytest

from patients.models import Role, Tri
from tests.factories import MembershipFactory, PatientFactory

pytestmark = pytest.mark.django_db


def test_patient_factory_adds_no_risk_profile_unless_asked():
    assert PatientFactory().risk_profiles.count() == 0


@pytest.mark.parametrize(
    ("trait", "fact", "value"),
    [
        ("low_risk", "cirrhosis", Tri.NO),
        ("cirrhotic", "cirrhosis", Tri.YES),
        ("hepatitis_b", "chronic_hbv", Tri.YES),
        ("with_malignancy", "extrahepatic_malignancy", Tri.YES),
        ("cirrhosis_unknown", "cirrhosis", Tri.UNKNOWN),
    ],
)
def test_patient_factory_trait_adds_one_profile(trait, fact, value):
    patient = PatientFactory(**{trait: True})

    assert getattr(patient.risk_profiles.get(), fact) == value


def test_membership_factory_takes_a_role_by_name():
    assert MembershipFactory(clinician=True).role == Role.CLINICIAN
