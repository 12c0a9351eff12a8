"""EHRs in the stock admin: entered by administrators of the site, and by nobody else."""

import json

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.management import call_command
from django.urls import reverse
from jwcrypto.jwk import JWK

from patients.models import AuditEvent, Role
from patients.workflows.grant_role import grant_role
from surveillance.models import EhrSystem
from tests.factories import NOW, MembershipFactory, SiteFactory, UserFactory

pytestmark = pytest.mark.django_db
KEY = JWK.generate(kty="EC", crv="P-256")
PUBLIC = json.dumps({"keys": [json.loads(KEY.export_public())]})
PRIVATE = json.dumps({"keys": [json.loads(KEY.export_private())]})
ADD = "admin:surveillance_ehrsystem_add"


@pytest.fixture
def site():
    call_command("sync_roles")
    return SiteFactory(name="North")


@pytest.fixture
def administrator(client, site):
    user = UserFactory()
    grant_role(user=user, site=site, role=Role.ADMINISTRATOR, by=None, now=NOW)
    client.force_login(user)
    return user


def form(site, **said: str) -> dict[str, object]:
    whole = {"site": site.pk, "name": "St Brigid EHR", "is_active": "on", "jwks": "{}"}
    return whole | {"fhir_base": "https://ehr.example.org/fhir/", "client_id": "hepcalc"} | said


def test_an_administrator_enters_one_and_changes_it_with_its_history(client, administrator, site):
    client.post(reverse(ADD), form(site, issuer="https://ehr.example.org", jwks=PUBLIC))
    row = EhrSystem.objects.get()
    assert (row.site, row.fhir_base) == (site, "https://ehr.example.org/fhir")

    address = reverse("admin:surveillance_ehrsystem_change", args=[row.pk])
    answer = client.post(address, form(SiteFactory(), is_active=""))

    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.site, row.is_active, row.history.count()) == (site, False, 2)
    assert AuditEvent.objects.filter(action="ehr_system_saved").count() == 2


@pytest.mark.parametrize(
    ("said", "field"),
    [
        pytest.param({"client_id": ""}, "client_id", id="launch-without-a-client-id"),
        pytest.param({"fhir_base": "ftp://ehr.example.org"}, "fhir_base", id="no-web-address"),
        pytest.param({"issuer": "https://e.example.org"}, "jwks_url", id="keys-not-known"),
        pytest.param({"jwks": PRIVATE}, "jwks", id="private-key"),
        pytest.param({"jwks": '{"keys": 1}'}, "jwks", id="no-keys"),
    ],
)
def test_what_could_not_work_is_said_beside_its_field(client, administrator, site, said, field):
    answer = client.post(reverse(ADD), form(site, **said))

    assert list(answer.context["adminform"].form.errors) == [field]
    assert not EhrSystem.objects.exists()


def test_a_second_active_one_with_the_same_address_is_refused(client, administrator, site) -> None:
    for _ in range(2):
        answer = client.post(reverse(ADD), form(site))

    assert list(answer.context["adminform"].form.errors) == ["fhir_base"]
    assert client.post(reverse(ADD), form(site, is_active="")).status_code == 302


def test_none_is_entered_or_changed_at_another_site(client, administrator) -> None:
    other = EhrSystem.objects.create(site=SiteFactory(), name="Other")

    client.post(reverse(ADD), form(other.site))
    address = reverse("admin:surveillance_ehrsystem_change", args=[other.pk])

    assert client.get(address).status_code == 302
    assert EhrSystem.objects.count() == 1


def test_a_link_made_by_mistake_is_taken_away_within_ones_reach(client, administrator, site):
    mine = MembershipFactory(site=site).user
    beyond = MembershipFactory(site=site).user
    MembershipFactory(site=SiteFactory(), user=beyond)
    for user in (mine, beyond):
        SocialAccount.objects.create(user=user, provider="smart-1", uid=str(user.pk))
    chosen = {"action": "remove_links", "_selected_action": [mine.pk, beyond.pk]}

    client.post(reverse("admin:auth_user_changelist"), chosen)

    assert [link.user for link in SocialAccount.objects.all()] == [beyond]
    assert AuditEvent.objects.get(action="identities_removed").actor == f"user:{administrator.pk}"
