"""Exactly one person answers for a follow-up."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.models import Role
from surveillance.ownership import Owners, accountable_owner
from tests.factories import MembershipFactory, PatientFactory, SiteFactory, UserFactory
from tests.surveillance.factories import FollowUpFactory

pytestmark = pytest.mark.django_db


def test_navigator_of_the_patient_answers():
    patient = PatientFactory()
    MembershipFactory(site=patient.site)
    patient.navigator = MembershipFactory(site=patient.site).user

    assert accountable_owner(patient) == patient.navigator


def test_navigator_who_left_does_not_answer():
    patient = PatientFactory(navigator=UserFactory())
    in_post = MembershipFactory(site=patient.site).user

    assert accountable_owner(patient) == in_post


def test_navigator_who_cannot_sign_in_does_not_answer():
    patient = PatientFactory()
    patient.navigator = MembershipFactory(site=patient.site, user__is_active=False).user
    in_post = MembershipFactory(site=patient.site).user

    assert accountable_owner(patient) == in_post


def test_who_already_answers_for_the_patient_goes_on():
    patient = PatientFactory()
    MembershipFactory(site=patient.site)
    present = MembershipFactory(site=patient.site).user
    FollowUpFactory.create_batch(3, lesion__patient=patient, owner=present)

    assert accountable_owner(patient) == present


def test_navigator_with_the_fewest_open_follow_ups_answers():
    patient = PatientFactory()
    busy = MembershipFactory(site=patient.site).user
    free = MembershipFactory(site=patient.site).user
    FollowUpFactory(lesion__patient__site=patient.site, owner=busy)

    assert accountable_owner(patient) == free


@pytest.mark.parametrize(
    ("roles", "answers"),
    [
        pytest.param([Role.LEAD_NAVIGATOR, Role.MEDICAL_DIRECTOR], Role.LEAD_NAVIGATOR, id="lead"),
        pytest.param([Role.MEDICAL_DIRECTOR, Role.AUDITOR], Role.MEDICAL_DIRECTOR, id="director"),
        pytest.param([Role.AUDITOR, Role.ADMINISTRATOR, Role.CLINICIAN], None, id="nobody"),
    ],
)
def test_next_role_answers_where_there_is_no_navigator(roles, answers):
    patient = PatientFactory()
    people = {role: MembershipFactory(site=patient.site, role=role).user for role in roles}

    assert accountable_owner(patient) == people.get(answers)


def test_nobody_of_another_site_answers():
    MembershipFactory(site=SiteFactory())

    assert accountable_owner(PatientFactory()) is None


def test_many_patients_are_spread_evenly_in_a_constant_number_of_queries():
    site = SiteFactory()
    team = [MembershipFactory(site=site).user for _ in range(3)]
    patients = PatientFactory.create_batch(9, site=site)

    with CaptureQueriesContext(connection) as queries:
        owners = Owners(patients)
        chosen = [owners.of(patient) for patient in patients]

    assert len(queries) == 3
    assert {user: chosen.count(user) for user in team} == dict.fromkeys(team, 3)


def test_who_answered_before_goes_on_even_against_the_navigator():
    patient = PatientFactory()
    patient.navigator = MembershipFactory(site=patient.site).user
    clinician = MembershipFactory(site=patient.site, clinician=True).user

    assert Owners([patient]).of(patient, before=clinician.pk) == clinician
    assert Owners([patient]).of(patient, before=UserFactory().pk) == patient.navigator
