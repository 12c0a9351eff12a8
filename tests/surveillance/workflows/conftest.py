"""A site with a navigator and a clinician, and a cirrhotic patient with one lesion."""

from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User

from patients.models import Patient, Site
from surveillance.models import Lesion
from tests.factories import MembershipFactory, PatientFactory
from tests.surveillance.factories import LesionFactory


@dataclass(frozen=True, slots=True)
class Ward:
    """Who works where, and for whom."""

    site: Site
    navigator: User
    clinician: User
    cirrhotic: Patient
    lesion: Lesion


@pytest.fixture
def ward(db: None) -> Ward:
    cirrhotic = PatientFactory(cirrhotic=True)
    return Ward(
        site=cirrhotic.site,
        navigator=MembershipFactory(site=cirrhotic.site).user,
        clinician=MembershipFactory(site=cirrhotic.site, clinician=True).user,
        cirrhotic=cirrhotic,
        lesion=LesionFactory(patient=cirrhotic),
    )
