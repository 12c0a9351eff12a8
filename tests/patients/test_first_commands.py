"""The first commands of a new installation."""

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError

from patients.models import AuditEvent, Membership, Role, Site

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough pass phrase 7"


def test_add_site_adds_once_and_says_so_the_second_time(capsys: pytest.CaptureFixture[str]):
    for _ in range(2):
        call_command("add_site", "general", "General Hospital", time_zone="Europe/London")

    assert Site.objects.get().time_zone == "Europe/London"
    assert AuditEvent.objects.filter(action="site_saved").count() == 1
    assert "Nothing was changed" in capsys.readouterr().out


def test_add_site_refuses_a_time_zone_that_does_not_exist():
    with pytest.raises(CommandError, match="Europe/Londinium"):
        call_command("add_site", "general", "General Hospital", time_zone="Europe/Londinium")

    assert not Site.objects.exists()


def test_add_member_makes_the_account_and_grants_the_role(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MEMBER_PASSWORD", PASSWORD)
    call_command("add_site", "general", "General Hospital")

    call_command("add_member", "general", "nurse_navigator", "anna", email="anna@example.org")
    call_command("add_member", "general", "lead_navigator", "anna")

    assert User.objects.get(username="anna").check_password(PASSWORD)
    roles = (
        Membership.objects.current().filter(user__username="anna").values_list("role", flat=True)
    )
    assert set(roles) == {Role.NURSE_NAVIGATOR, Role.LEAD_NAVIGATOR}


def test_add_member_refuses_a_weak_password(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MEMBER_PASSWORD", "12345678")
    call_command("add_site", "general", "General Hospital")

    with pytest.raises(CommandError, match="short"):
        call_command("add_member", "general", "CLINICIAN", "ben")

    assert not User.objects.exists()


def test_add_member_refuses_an_unknown_site():
    with pytest.raises(CommandError, match="no site"):
        call_command("add_member", "nowhere", "CLINICIAN", "ben")
