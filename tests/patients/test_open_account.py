"""An account is opened once; a name that is taken is refused and nothing is overwritten."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from patients.models import PatientStatus
from patients.workflows.field_rules import FieldRefused
from patients.workflows.open_account import NewAccount, UserNameTaken, open_account
from patients.workflows.register_patient import Demographics
from patients.workflows.register_patients import NewPatient, register_patients
from tests.factories import NOW, SiteFactory

pytestmark = pytest.mark.django_db
ANNA = NewAccount(
    username="anna", first_name="Anna", last_name="Example", email="", password_hash="!"
)


def test_account_is_opened():
    assert open_account(account=ANNA, now=NOW) == User.objects.get(username="anna")


def test_user_name_that_is_taken_is_refused():
    first = open_account(account=ANNA, now=NOW)

    with pytest.raises(UserNameTaken) as refused:
        open_account(account=ANNA, now=NOW)

    assert refused.value.details["username"] == "anna"
    assert User.objects.get() == first


@pytest.mark.parametrize("name", ["ANNA", "Anna"])
def test_user_name_that_differs_in_capitals_alone_is_refused_at_every_door(name, monkeypatch):
    open_account(account=ANNA, now=NOW)
    monkeypatch.setenv("MEMBER_PASSWORD", "long enough for 1 nurse")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "long enough for 1 nurse")
    SiteFactory(slug="north")

    with pytest.raises(UserNameTaken, match="somebody signs in as anna already"):
        open_account(account=replace(ANNA, username=name), now=NOW)
    with pytest.raises(CommandError, match="somebody signs in as anna already"):
        call_command("add_member", "north", "NURSE_NAVIGATOR", name)
    with pytest.raises(CommandError, match="somebody signs in as anna already"):
        call_command("createsuperuser", "--noinput", f"--username={name}", "--email=a@example.org")

    assert User.objects.get().username == "anna"


def test_a_status_that_a_clinician_signs_is_never_the_first_one():
    new = NewPatient(
        site=SiteFactory(),
        demographics=Demographics(mrn="1", family_name="Testheron"),
        status=PatientStatus.SURVEILLANCE_NOT_APPROPRIATE,
    )

    with pytest.raises(FieldRefused) as refused:
        register_patients(new=[new], by=None, now=NOW)

    assert refused.value.details["field"] == "status"
