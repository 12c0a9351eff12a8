"""Tokens of people and of connected systems, and clients that must wait."""

from base64 import b64encode
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from patients.models import AuditEvent, Role
from surveillance.api.throttling import ClientThrottle
from surveillance.models import PersonalToken
from surveillance.workflows.connect_system import SystemWithoutName, connect_system
from surveillance.workflows.make_personal_token import (
    NewToken,
    TokenSiteUnknown,
    TokenTooLong,
    TokenWithoutUse,
    digest_of,
    make_personal_token,
)
from surveillance.workflows.note_token_use import note_token_use
from surveillance.workflows.renew_system_secret import renew_system_secret
from surveillance.workflows.revoke_personal_token import revoke_personal_token
from tests.factories import NOW, MembershipFactory, SiteFactory
from tests.surveillance.api.scenes import a_system

pytestmark = pytest.mark.django_db
TOKEN_ADDRESS = "/oauth/token/"


@pytest.fixture
def navigator():
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield MembershipFactory(site=SiteFactory(slug="north")).user


def wanted(**fields) -> NewToken:
    return NewToken(**{"name": "Script", "scopes": ["read"], "sites": [], "days": 30, **fields})


def ask(secret: str):
    return Client().get("/api/v1/", headers={"authorization": f"Bearer {secret}"})


def test_a_personal_token_acts_as_its_owner_and_is_kept_as_a_digest_only(navigator) -> None:
    token, secret = make_personal_token(wanted=wanted(sites=["north"]), by=navigator, now=NOW)

    answer = ask(secret)

    assert answer.json()["scopes"] == ["read", "site:north"]
    assert token.digest == digest_of(secret)
    assert secret not in str(PersonalToken.objects.values().get())
    assert PersonalToken.objects.get().last_used_at == NOW
    assert AuditEvent.objects.get(action="personal_token_made").site == "north"


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        pytest.param({"scopes": []}, TokenWithoutUse, id="no use"),
        pytest.param({"days": 400}, TokenTooLong, id="more than a year"),
        pytest.param({"sites": ["south"]}, TokenSiteUnknown, id="another site"),
    ],
)
def test_a_personal_token_is_refused(navigator, fields, refusal) -> None:
    with pytest.raises(refusal):
        make_personal_token(wanted=wanted(**fields), by=navigator, now=NOW)

    assert not PersonalToken.objects.exists()


def test_a_token_that_was_taken_back_has_run_out_or_is_made_up_lets_nobody_in(navigator) -> None:
    token, secret = make_personal_token(wanted=wanted(), by=navigator, now=NOW)

    with time_machine.travel(NOW + timedelta(days=31)):
        late = ask(secret)
    first = revoke_personal_token(token=token, by=navigator, now=NOW)
    again = revoke_personal_token(token=token, by=navigator, now=NOW)

    assert (first, again) == (True, False)
    assert AuditEvent.objects.filter(action="personal_token_revoked").count() == 1
    for answer in (late, ask(secret), ask("hepcalc_pat_madeup")):
        assert (answer.status_code, answer.json()["code"]) == (401, "token_not_usable")


def test_use_is_noted_every_five_minutes_at_most(navigator) -> None:
    token, _secret = make_personal_token(wanted=wanted(), by=navigator, now=NOW)

    noted = [
        note_token_use(token=PersonalToken.objects.get(pk=token.pk), now=NOW + timedelta(minutes=m))
        for m in (0, 4, 5)
    ]

    assert noted == [True, False, True]


def test_a_connected_system_gets_tokens_until_its_secret_is_renewed(navigator) -> None:
    site = navigator.memberships.get().site
    made = connect_system(name="Engine 1", role=Role.INTEGRATION, sites=[site], by=None, now=NOW)
    said = {"grant_type": "client_credentials", "client_id": made.application.client_id}

    token = Client().post(TOKEN_ADDRESS, {**said, "client_secret": made.secret}).json()
    before = ask(token["access_token"])
    renewed = renew_system_secret(application=made.application, by=None, now=NOW)

    assert before.status_code == 200
    assert ask(token["access_token"]).status_code == 401
    old, new = (
        Client().post(TOKEN_ADDRESS, {**said, "client_secret": secret})
        for secret in (made.secret, renewed.secret)
    )
    assert (old.status_code, new.status_code) == (401, 200)
    made.application.refresh_from_db()
    assert renewed.secret not in made.application.client_secret
    assert not made.application.user.has_usable_password()
    assert AuditEvent.objects.filter(action__startswith="system_").count() == 2


def test_a_system_without_a_name_is_refused_and_nothing_is_left_of_it(navigator) -> None:
    site = navigator.memberships.get().site

    with pytest.raises(SystemWithoutName):
        connect_system(name="…", role=Role.INTEGRATION, sites=[site], by=None, now=NOW)


def test_who_guesses_secrets_must_wait(navigator) -> None:
    guess = {"grant_type": "client_credentials", "client_id": "engine", "client_secret": "x"}

    answers = [Client().post(TOKEN_ADDRESS, guess) for _ in range(11)]

    assert [one.status_code for one in answers] == [*[401] * 10, 429]
    assert answers[-1]["Retry-After"] == "300"
    again = b64encode(b"%65ngine:x").decode()  # the same name, written otherwise
    basic = {"authorization": f"Basic {again}"}
    said = {"grant_type": "client_credentials"}
    assert Client().post(TOKEN_ADDRESS, said, headers=basic).status_code == 429
    other = Client().post(TOKEN_ADDRESS, {**guess, "client_id": "another"})
    assert other.status_code == 401


def test_a_client_above_its_rate_is_told_when_to_come_back(navigator, monkeypatch) -> None:
    monkeypatch.setattr(ClientThrottle, "THROTTLE_RATES", {"user": "2/min"})
    client = a_system(SiteFactory()).client

    answers = [client.get("/api/v1/") for _ in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[2]["Content-Type"] == "application/problem+json"
    assert answers[2].json()["code"] == "throttled"
    assert 0 < int(answers[2]["Retry-After"]) <= 61


def test_a_new_token_is_shown_once_and_taken_back_on_the_page(navigator) -> None:
    browser = Client()
    browser.force_login(navigator)

    shown = browser.post("/tokens/", {"name": "Script", "scopes": ["read"], "days": "90"})
    again = browser.get("/tokens/").content.decode()
    token = PersonalToken.objects.get()
    browser.post(f"/tokens/{token.pk}/revoke/")

    assert "hepcalc_pat_" in shown.content.decode()
    assert "hepcalc_pat_" not in again
    assert f"…{token.hint}" in again
    token.refresh_from_db()
    assert token.revoked_by == navigator


def test_an_administrator_connects_a_system_and_renews_its_secret(navigator) -> None:
    site = navigator.memberships.get().site
    browser = Client()
    browser.force_login(MembershipFactory(site=site, role=Role.ADMINISTRATOR).user)

    said = {"name": "Engine", "role": "INTEGRATION", "sites": ["north"]}
    made = browser.post("/systems/", said)
    taken = browser.post("/systems/", said)
    application = made.context["made"].application
    asked = browser.get(f"/systems/{application.pk}/renew/")
    renewed = browser.post(f"/systems/{application.pk}/renew/")

    assert made.context["made"].secret in made.content.decode()
    assert (taken.status_code, asked.status_code) == (422, 200)
    assert renewed.context["made"].secret != made.context["made"].secret
