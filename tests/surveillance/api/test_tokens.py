"""Who is let in, and what a token may be used for."""

import pytest
from django.test import Client
from oauth2_provider.models import Application

from tests.factories import SiteFactory, UserFactory
from tests.surveillance.api.scenes import a_system

pytestmark = pytest.mark.django_db


def test_a_client_gets_a_token_with_its_secret_and_is_let_in() -> None:
    system = a_system(SiteFactory(slug="north"))
    application = system.application
    application.client_secret = "a long secret of this client"
    application.save()
    asked = {
        "grant_type": "client_credentials",
        "client_id": application.client_id,
        "client_secret": "a long secret of this client",
        "scope": "read site:north",
    }

    token = Client().post("/oauth/token/", asked).json()
    answer = Client().get("/api/v1/", headers={"authorization": f"Bearer {token['access_token']}"})

    assert answer.status_code == 200
    assert answer.json()["scopes"] == ["read", "site:north"]


def test_a_site_that_is_not_the_accounts_cannot_be_asked_for() -> None:
    system = a_system(SiteFactory(slug="north"))
    SiteFactory(slug="south")
    system.application.client_secret = "a long secret of this client"
    system.application.save()

    answer = Client().post(
        "/oauth/token/",
        {
            "grant_type": "client_credentials",
            "client_id": system.application.client_id,
            "client_secret": "a long secret of this client",
            "scope": "read site:south",
        },
    )

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_without_a_token_the_answer_is_a_problem_that_says_so() -> None:
    answer = Client().get("/api/v1/")

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "not_authenticated"


def test_a_token_without_the_scope_is_told_which_one_is_missing() -> None:
    answer = a_system(SiteFactory(), scope="decisions.evaluate").client.get("/api/v1/")

    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert "“read”" in answer.json()["detail"]


def test_a_switched_off_account_is_let_in_no_more() -> None:
    system = a_system(SiteFactory())
    system.user.is_active = False
    system.user.save()

    answer = system.client.get("/api/v1/")

    assert (answer.status_code, answer.json()["code"]) == (401, "account_off")


def test_a_client_without_an_account_is_not_let_in() -> None:
    system = a_system(SiteFactory())
    Application.objects.filter(pk=system.application.pk).update(user=None)

    assert system.client.get("/api/v1/").status_code == 401


def test_a_session_of_a_browser_counts_for_nothing() -> None:
    browser = Client()
    browser.force_login(UserFactory())

    assert browser.get("/api/v1/").status_code == 401


def test_a_switched_off_account_gets_no_token() -> None:
    system = a_system(SiteFactory())
    secret = "a-secret-that-is-long"
    system.application.client_secret = secret
    system.application.save()
    system.user.is_active = False
    system.user.save()

    answer = Client().post(
        "/oauth/token/",
        {
            "grant_type": "client_credentials",
            "client_id": system.application.client_id,
            "client_secret": secret,
        },
    )

    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
