"""What the database keeps true of people and sites, and the questions asked of them."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from patients.models import Patient, Role, Site
from patients.workflows.sync_admin_groups import PermissionUnknown, sync_admin_groups
from tests.factories import MembershipFactory, PatientFactory, SiteFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("zone", "day"),
    [("UTC", 28), ("Pacific/Auckland", 1), ("America/New_York", 28)],
)
def test_local_date_is_the_day_at_the_site(zone, day):
    just_before_midnight = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)

    assert SiteFactory(time_zone=zone).local_date(just_before_midnight).day == day


def test_site_refuses_an_unknown_time_zone():
    with pytest.raises(ValidationError, match="Europe/London"):
        SiteFactory.build(time_zone="Mars").full_clean()


def test_for_user_shows_patients_of_ones_own_sites_only():
    nurse = MembershipFactory()
    mine = PatientFactory(site=nurse.site)
    PatientFactory()

    assert list(Patient.objects.for_user(nurse.user)) == [mine]
    assert not Patient.objects.for_user(AnonymousUser()).exists()


@pytest.mark.parametrize(
    ("role", "administers", "oversees"),
    [
        (Role.ADMINISTRATOR, True, True),
        (Role.AUDITOR, False, True),
        (Role.MEDICAL_DIRECTOR, False, False),
    ],
)
def test_administrators_and_auditors_oversee_their_site(role, administers, oversees):
    held = MembershipFactory(role=role)

    assert Site.objects.administered_by(held.user).exists() == administers
    assert Site.objects.overseen_by(held.user).exists() == oversees


def test_surviving_leaves_out_merged_records():
    survivor = PatientFactory()
    PatientFactory(site=survivor.site, merged_into=survivor)

    assert list(Patient.objects.surviving()) == [survivor]


@pytest.mark.parametrize("words", ["doe", "jan", "doe jan", "m77", "1970-05-17", "doe 1970"])
def test_matching_finds_by_the_beginnings_of_words(words):
    jane = PatientFactory(mrn="M77", family_name="Doe", given_name="Jane")
    PatientFactory(mrn="N1", family_name="Roe", given_name="Mia", birth_date=None)

    assert list(Patient.objects.matching(words)) == [jane]


def test_database_keeps_one_number_per_site():
    known = PatientFactory(mrn="M1")

    with pytest.raises(IntegrityError), transaction.atomic():
        PatientFactory(mrn="M1", site=known.site)


def test_database_refuses_a_patient_merged_into_itself():
    patient = PatientFactory()
    patient.merged_into = patient

    with pytest.raises(IntegrityError, match="merged_into_itself"), transaction.atomic():
        patient.save()


def test_sync_admin_groups_refuses_a_permission_that_does_not_exist():
    table = {Role.ADMINISTRATOR: {"patients.fly"}, Role.AUDITOR: set[str]()}

    with pytest.raises(PermissionUnknown, match=r"patients\.fly"):
        sync_admin_groups(table=table)
