"""Sign-in, sessions, headers: the front door of the site."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.backends.cached_db import KEY_PREFIX
from django.core.cache import caches
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PASSWORD = "correct horse battery staple"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_cache")]


@pytest.fixture
def navigator() -> User:
    return User.objects.create_user("nina", password=PASSWORD)


def sign_in(client: Client, password: str = PASSWORD) -> int:
    page = client.post(reverse("account_login"), {"login": "nina", "password": password})
    return page.status_code


@pytest.mark.usefixtures("navigator")
def test_a_person_signs_in_and_out(client: Client) -> None:
    assert sign_in(client) == 302
    assert "_auth_user_id" in client.session

    client.post(reverse("account_logout"))

    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("navigator")
def test_guessing_is_slowed_down(client: Client) -> None:
    answers = [sign_in(client, password=f"guess {number}") for number in range(6)]
    right_but_late = sign_in(client)

    assert set(answers) == {200}
    assert right_but_late == 200
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up(client: Client) -> None:
    form = {"username": "eve", "password1": PASSWORD, "password2": PASSWORD}

    client.post(reverse("account_signup"), form)

    assert not User.objects.exists()


def test_the_admin_uses_the_same_door(client: Client) -> None:
    answer = client.get("/admin/", follow=True)

    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_nothing_may_be_loaded_from_elsewhere_or_framed(client: Client) -> None:
    policy = client.get(reverse("account_login"))["Content-Security-Policy"]

    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives == {
        "default-src": "'self'",
        "frame-ancestors": "'none'",
        "form-action": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
    }


def test_answers_carry_an_id_and_no_referrer_leaves(client: Client) -> None:
    answer = client.get(reverse("account_login"))

    assert len(answer["X-Request-ID"]) == 32
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"


def test_plain_http_is_sent_to_https_in_production(client: Client) -> None:
    with override_settings(SECURE_SSL_REDIRECT=True):
        answer = client.get(reverse("account_login"))

    assert answer.status_code == 301
    assert answer["Location"].startswith("https://")


def test_a_session_ends_when_idle_and_lives_while_its_owner_works(navigator: User) -> None:
    client = Client()
    idle = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    with time_machine.travel(NOON, tick=False) as clock:
        client.force_login(navigator)
        client.get(reverse("account_login"))

        clock.move_to(NOON + idle * 0.9)
        client.get(reverse("account_login"))
        clock.move_to(NOON + idle * 1.8)
        assert "_auth_user_id" in client.session

        clock.move_to(NOON + idle * 3)
        caches["default"].delete(f"{KEY_PREFIX}{client.cookies['sessionid'].value}")  # Redis did
        assert "_auth_user_id" not in client.session
