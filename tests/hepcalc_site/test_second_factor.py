"""The second factor: set up, asked for, needed by some roles, lost and reset."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hepcalc_site.apps import refuse_unknown_roles
from patients.models import AuditEvent, Role
from patients.workflows.reset_second_factor import reset_second_factor
from tests.factories import NOW, PASSWORD, MembershipFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_cache")]


def code_of(secret: str) -> str:
    """What the app shows now."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def enrol(client: Client) -> str:
    """Set up an app as a person would; its secret."""
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret: str
    [secret] = re.findall(r'<code class="hc-anywhere">(\w+)</code>', page)
    client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    return secret


def sign_in(client: Client, name: str):
    return client.post(reverse("account_login"), {"login": name, "password": PASSWORD})


@pytest.fixture
def nina(client: Client):
    user = MembershipFactory().user
    sign_in(client, user.username)
    return user


def test_an_app_is_set_up_with_a_drawing_that_the_content_policy_allows(client, nina) -> None:
    page = client.get(reverse("mfa_activate_totp")).content.decode()

    assert "<svg" in page
    assert "data:image" not in page
    assert "<?xml" not in page


def test_the_code_is_asked_for_after_the_password(client: Client, nina) -> None:
    secret = enrol(client)
    client.post(reverse("account_logout"))

    asked = sign_in(client, nina.username)
    assert asked["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    Authenticator.objects.update(last_used_at=None)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert "_auth_user_id" in client.session
    entered = AuditEvent.objects.filter(action="signed_in").latest("pk")
    assert entered.detail["method"] == "password+totp"


def test_a_wrong_code_lets_nobody_in_and_is_kept(client: Client, nina) -> None:
    enrol(client)
    client.post(reverse("account_logout"))
    sign_in(client, nina.username)

    page = client.post(reverse("mfa_authenticate"), {"code": "000000"})

    assert "This is not the code" in page.content.decode()
    assert "_auth_user_id" not in client.session
    assert AuditEvent.objects.filter(action="second_factor_failed").count() == 1


def test_a_recovery_code_works_once(client: Client, nina) -> None:
    enrol(client)
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    first, *_rest = re.findall(r"<code>(\w+)</code>", page)

    def enter() -> bool:
        client.post(reverse("account_logout"))
        sign_in(client, nina.username)
        client.post(reverse("mfa_authenticate"), {"code": first})
        return "_auth_user_id" in client.session

    assert (enter(), enter()) == (True, False)


def test_setting_up_and_removing_are_kept(client: Client, nina, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        enrol(client)
    client.post(reverse("mfa_deactivate_totp"))

    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["signed_in", "second_factor_added", "second_factor_removed"]
    assert not Authenticator.objects.exists()


class TestRolesThatNeedOne:
    @pytest.fixture
    def director(self, settings, client: Client):
        settings.MFA_REQUIRED_ROLES = frozenset({"MEDICAL_DIRECTOR"})
        user = MembershipFactory(medical_director=True).user
        sign_in(client, user.username)
        return user

    @pytest.mark.parametrize("name", ["queue", "inbox", "roles", "account_change_password"])
    def test_are_led_to_set_it_up_and_nowhere_else(self, client, director, name: str) -> None:
        assert client.get(reverse(name))["Location"] == reverse("mfa_index")
        assert client.post(reverse(name))["Location"] == reverse("mfa_index")

    def test_find_it_explained_there_and_may_leave(self, client, director) -> None:
        page = client.get(reverse("queue"), follow=True)

        assert "Your role needs a second step" in page.content.decode()
        assert client.post(reverse("account_logout")).status_code == 302

    def test_a_part_of_a_page_sends_the_whole_page_there(self, client, director) -> None:
        answer = client.get(reverse("queue"), headers={"HX-Request": "true"})

        assert (answer.status_code, answer["HX-Redirect"]) == (204, reverse("mfa_index"))

    def test_go_on_once_it_is_there(self, client, director) -> None:
        enrol(client)

        assert client.get(reverse("queue")).status_code == 200

    def test_cannot_remove_the_last_one(self, client, director) -> None:
        enrol(client)

        page = client.post(reverse("mfa_deactivate_totp"))

        assert "add another one first" in page.content.decode()
        assert Authenticator.objects.filter(type="totp").exists()

    def test_others_are_not_asked(self, client, settings) -> None:
        settings.MFA_REQUIRED_ROLES = frozenset({"MEDICAL_DIRECTOR"})
        client.force_login(MembershipFactory().user)

        assert client.get(reverse("queue")).status_code == 200

    def test_the_session_remembers_for_some_minutes(self, client, director, settings) -> None:
        enrol(client)
        client.get(reverse("roles"))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("roles"))
        settings.MFA_REQUIRED_ROLES = frozenset()
        with CaptureQueriesContext(connection) as not_asked:
            client.get(reverse("roles"))

        assert len(asked) == len(not_asked)


def test_a_misspelt_role_is_refused_at_start() -> None:
    with pytest.raises(ImproperlyConfigured, match="MFA_REQUIRED_ROLES names DIRECTOR"):
        refuse_unknown_roles(frozenset({"DIRECTOR", "ADMINISTRATOR"}))
    refuse_unknown_roles(frozenset(Role.values))


def test_a_lost_telephone_is_reset_and_the_person_sets_up_another(client: Client, nina) -> None:
    enrol(client)
    client.post(reverse("account_logout"))

    assert reset_second_factor(user=nina, by=None, now=NOW) == 2
    assert reset_second_factor(user=nina, by=None, now=NOW) == 0

    sign_in(client, nina.username)
    assert "_auth_user_id" in client.session
    event = AuditEvent.objects.get(action="second_factor_reset")
    assert event.detail == {"kinds": ["recovery_codes", "totp"]}
