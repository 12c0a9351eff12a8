"""Single sign-on: people who have an account come in, nobody else; and nobody as somebody else."""

from collections.abc import Iterator

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from hepcalc_site.env import Environment
from hepcalc_site.oidc import SingleSignOn
from patients.models import AuditEvent
from tests.factories import MembershipFactory, UserFactory
from tests.hepcalc_site.oidc_provider import CLIENT_ID, SECRET, Provider, Running

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_cache")]
LOGIN = "/accounts/oidc/sso/login/"


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with Running() as provider:
        yield provider


@pytest.fixture
def provider(running: Provider, settings) -> Provider:
    oidc = SingleSignOn(issuer=running.url, client_id=CLIENT_ID, secret=SECRET, name="St Brigid")
    settings.OIDC = oidc
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"APPS": oidc.apps(), "OAUTH_PKCE_ENABLED": True}
    }
    running.userinfo, running.audience = {}, CLIENT_ID
    return running


@pytest.fixture
def nina():
    return MembershipFactory(user__email="Nina@Example.org").user


def arrive(client: Client, provider: Provider, **claims: object):
    """Go there, sign in there, come back."""
    there = client.get(LOGIN)
    return client.get(provider.grant(there["Location"], **claims))


def who(client: Client) -> int | None:
    return int(client.session.get("_auth_user_id", 0)) or None


NINA = {"sub": "s-1", "email": "nina@example.org", "email_verified": True}


def test_somebody_known_by_a_verified_address_comes_in_and_is_linked(client, provider, nina):
    password = nina.password

    answer = arrive(client, provider, **NINA)

    assert answer["Location"] == "/"
    assert who(client) == nina.pk
    link = SocialAccount.objects.get()
    assert (link.user, link.provider, link.uid) == (nina, "sso", "s-1")
    actions = list(AuditEvent.objects.order_by("pk").values_list("action", "detail__method"))
    assert actions == [("identity_linked", None), ("signed_in", "single_sign_on")]
    nina.refresh_from_db()
    assert nina.password == password


def test_from_then_on_the_subject_counts_whatever_the_address(client, provider, nina) -> None:
    arrive(client, provider, **NINA)
    other = Client()

    arrive(other, provider, sub="s-1", email="nina.new@example.org", email_verified=False)

    assert who(other) == nina.pk
    assert SocialAccount.objects.count() == 1


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param(NINA | {"email": "eve@example.org"}, id="nobody-here-has-it"),
        pytest.param(NINA | {"email_verified": False}, id="not-verified"),
        pytest.param(NINA | {"email_verified": "true"}, id="verified-only-in-words"),
        pytest.param({"sub": "s-1"}, id="no-address"),
    ],
)
def test_whom_nobody_knows_gets_no_account(client, provider, nina, claims) -> None:
    answer = arrive(client, provider, **claims)

    assert answer.status_code == 403
    assert "Ask your administrator" in answer.content.decode()
    assert who(client) is None
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 0)


def test_an_address_of_two_accounts_links_neither(client, provider, nina) -> None:
    UserFactory(email="nina@example.org")

    arrive(client, provider, **NINA)

    assert who(client) is None


def test_a_second_identity_with_the_same_address_gets_nothing(client, provider, nina) -> None:
    arrive(client, provider, **NINA)
    other = Client()

    arrive(other, provider, **NINA | {"sub": "s-2"})

    assert who(other) is None


@pytest.mark.parametrize("changed", [{"is_active": False}, {"is_superuser": True}])
def test_a_closed_account_and_a_superuser_are_not_linked(client, provider, nina, changed) -> None:
    User.objects.filter(pk=nina.pk).update(**changed)

    arrive(client, provider, **NINA)

    assert who(client) is None


def test_a_token_for_another_program_is_refused(client, provider, nina) -> None:
    provider.audience = "somebody-else"

    assert arrive(client, provider, **NINA).status_code == 403
    assert who(client) is None


def test_a_page_about_somebody_else_than_the_token_is_refused(client, provider, nina) -> None:
    provider.userinfo = {"sub": "s-9"}

    assert arrive(client, provider, **NINA).status_code == 403
    assert who(client) is None


def test_a_code_taken_to_another_browser_is_worth_nothing(client, provider, nina) -> None:
    stolen = provider.grant(client.get(LOGIN)["Location"], **NINA)
    thief = Client()

    assert thief.get(stolen).status_code == 403
    assert who(thief) is None


def test_an_open_session_is_not_tied_to_another_identity(client, provider, nina) -> None:
    client.force_login(nina)
    there = client.get(f"{LOGIN}?process=connect")

    client.get(provider.grant(there["Location"], **NINA | {"email": "eve@example.org"}))

    assert not SocialAccount.objects.exists()


def test_giving_up_there_leads_to_a_page_with_a_way_on(client, provider) -> None:
    asked = client.get(LOGIN)["Location"]
    back = provider.grant(asked, **NINA).replace("code=", "error=access_denied&x=")

    page = client.get(back)

    assert "Go to sign-in" in page.content.decode()


def test_it_counts_as_a_second_factor_only_if_told_so(client, provider, settings) -> None:
    settings.MFA_REQUIRED_ROLES = frozenset({"MEDICAL_DIRECTOR"})
    MembershipFactory(medical_director=True, user__email="nina@example.org")

    arrive(client, provider, **NINA)
    assert client.get(reverse("queue"))["Location"] == reverse("mfa_index")
    settings.OIDC = SingleSignOn(issuer=provider.url, is_second_factor=True)

    assert client.get(reverse("queue")).status_code == 200


def test_the_sign_in_page_offers_it_only_when_it_is_on(client, provider, settings) -> None:
    page = client.get(reverse("account_login")).content.decode()
    assert f'href="{LOGIN}?process=login"' in page
    assert "Sign in with St Brigid" in page

    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    assert "Sign in with St" not in client.get(reverse("account_login")).content.decode()


WHOLE = {
    "OIDC_ISSUER": "https://sso.example.org",
    "OIDC_CLIENT_ID": "hepcalc",
    "OIDC_CLIENT_SECRET": "very secret",
}


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        pytest.param({"OIDC_CLIENT_SECRET": ""}, "OIDC_CLIENT_SECRET is not", id="no-secret"),
        pytest.param({"OIDC_ISSUER": "http://sso.example.org"}, "https://", id="plain-http"),
        pytest.param({"OIDC_KEY": "St Brigid"}, "OIDC_KEY", id="bad-key"),
    ],
)
def test_half_a_provider_is_refused_at_start(changed, complaint: str) -> None:
    env = Environment(WHOLE | changed)
    env.single_sign_on(is_local=False)

    with pytest.raises(ImproperlyConfigured, match=complaint) as refusal:
        env.refuse_if_broken()
    assert "very secret" not in str(refusal.value)


def test_a_whole_provider_and_none_are_accepted() -> None:
    env = Environment(WHOLE)

    assert env.single_sign_on(is_local=False).apps()[0]["provider_id"] == "sso"
    assert Environment({}).single_sign_on(is_local=False).apps() == []
    assert env.problems == []
