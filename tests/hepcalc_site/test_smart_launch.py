"""SMART App Launch: the right person lands at the right patient, or nowhere and is told why."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from structlog.testing import capture_logs

from hepcalc_site.oidc import SingleSignOn
from hepcalc_site.smart.ehr import endpoints_of
from hepcalc_site.smart.id_token import provider_of
from hepcalc_site.smart.talking import LARGEST_ANSWER, is_safe
from patients.history import save_with_history
from patients.models import AuditEvent, Membership
from surveillance.models import EhrSystem
from tests.factories import (
    NOW,
    PASSWORD,
    MembershipFactory,
    PatientFactory,
    SiteFactory,
    UserFactory,
)
from tests.hepcalc_site.fake_ehr import CLIENT_ID, STRANGERS_KEY, Ehr, Running
from tests.surveillance.web.scenes import Clinic, a_clinic, a_patient, escalated, owed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_cache")]
MRN_SYSTEM = "urn:example:mrn"
LAUNCH, CALLBACK, LINK = "/smart/launch/", "/smart/callback/", "/smart/link/"


@pytest.fixture(scope="module")
def running() -> Iterator[Ehr]:
    with Running() as ehr:
        yield ehr


@pytest.fixture
def fake(running: Ehr) -> Ehr:
    """The EHR with one patient on its screen, saying nothing wrong."""
    fresh = replace(Ehr(), url=running.url)
    vars(running).update(vars(fresh))
    running.patients["p1"] = {
        "resourceType": "Patient", "id": "p1",
        "identifier": [{"system": "urn:other", "value": "M-2"},
                       {"system": MRN_SYSTEM, "value": "M-1"}],
    }  # fmt: skip
    return running


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


@pytest.fixture
def ehr(fake: Ehr, clinic: Clinic) -> EhrSystem:
    row: EhrSystem = EhrSystem.objects.create(
        site=clinic.site, name="St Brigid EHR", fhir_base=f"{fake.url}/fhir",
        client_id=CLIENT_ID, mrn_system=MRN_SYSTEM,
    )  # fmt: skip
    return row


@pytest.fixture
def ada(clinic: Clinic):
    return a_patient(clinic, mrn="M-1")


@pytest.fixture
def linked(fake: Ehr, ehr: EhrSystem, clinic: Clinic) -> User:
    """The clinician, whom the EHR calls dr-1."""
    SocialAccount.objects.create(
        user=clinic.clinician, provider=provider_of(ehr, fake.url), uid="dr-1"
    )
    return clinic.clinician


def changed(row, **fields: object) -> None:
    """The row is otherwise, with its history."""
    for name, value in fields.items():
        setattr(row, name, value)
    save_with_history(row, reason="test", by=None, now=NOW)


def set_off(client: Client, fake: Ehr):
    return client.get(LAUNCH, {"iss": f"{fake.url}/fhir", "launch": "xyz"})


def arrive(client: Client, fake: Ehr, **who: str):
    """Open us from the EHR, sign in there, come back."""
    return client.get(fake.grant(set_off(client, fake)["Location"], **who))


def who(client: Client) -> int | None:
    return int(client.session.get("_auth_user_id", 0)) or None


def sign_in(client: Client, user: User, **where: str):
    form = {"login": user.username, "password": PASSWORD} | where
    return client.post(reverse("account_login"), form)


class TestComesThrough:
    def test_a_linked_person_is_signed_in_and_lands_at_the_patient(
        self, client, fake, linked, ada
    ) -> None:
        answer = arrive(client, fake)

        assert answer["Location"] == reverse("patient", args=[ada.pk])
        assert who(client) == linked.pk
        event = AuditEvent.objects.get(action="signed_in")
        assert event.detail["method"] == "ehr_launch"
        kept = str(dict(client.session))
        assert not [token for token in fake.tokens if token in kept]
        assert client.get(answer["Location"]).status_code == 200

    def test_the_open_escalation_that_the_person_owns_comes_first(
        self, client, fake, linked, clinic, ada
    ) -> None:
        follow_up = owed(clinic, -30, patient=ada)
        escalated(follow_up, clinic.lead, tier=4)
        mine = escalated(follow_up, linked, tier=3)

        assert arrive(client, fake)["Location"] == reverse("escalation", args=[mine.pk])

    def test_a_slash_at_the_end_of_the_issuer_is_no_other_issuer(
        self, client, fake, linked, ada
    ) -> None:
        there = client.get(LAUNCH, {"iss": f"{fake.url}/fhir/", "launch": "xyz"})

        assert client.get(fake.grant(there["Location"]))["Location"].endswith(f"{ada.pk}/")

    def test_a_merged_record_leads_to_the_one_that_stayed(self, client, fake, linked, clinic, ada):
        stayed = a_patient(clinic)
        changed(ada, merged_into=stayed)

        assert arrive(client, fake)["Location"] == reverse("patient", args=[stayed.pk])

    def test_who_is_signed_in_already_keeps_the_session(self, client, fake, linked, ada) -> None:
        sign_in(client, linked)
        before = client.session.session_key

        arrive(client, fake)

        assert (who(client), client.session.session_key) == (linked.pk, before)

    def test_somebody_else_is_signed_out_first(self, client, fake, linked, clinic, ada) -> None:
        sign_in(client, clinic.navigator)

        arrive(client, fake)

        assert who(client) == linked.pk

    def test_a_session_that_ran_out_is_no_obstacle(self, client, fake, linked, ada) -> None:
        sign_in(client, linked)
        session = client.session
        session["renewed"] = session["began"] = 1
        session.save()

        arrive(client, fake)

        assert who(client) == linked.pk

    def test_two_windows_may_be_under_way(self, client, fake, linked, ada) -> None:
        first, second = set_off(client, fake)["Location"], set_off(client, fake)["Location"]

        assert client.get(fake.grant(first)).status_code == 302
        assert client.get(fake.grant(second)).status_code == 302

    def test_the_configuration_is_asked_for_once_in_a_while(self, client, fake, ehr) -> None:
        for _ in range(3):
            set_off(client, fake)

        assert fake.asked == ["/fhir/.well-known/smart-configuration"]

    def test_who_agrees_in_name_and_birth_date_lands_there(self, client, fake, linked, ada) -> None:
        fake.patients["p1"] |= {
            "name": [{"family": ada.family_name, "given": [ada.given_name]}],
            "birthDate": ada.birth_date.isoformat(),
        }

        assert arrive(client, fake)["Location"] == reverse("patient", args=[ada.pk])

    @pytest.mark.parametrize(
        "said", [{"birthDate": "1901-01-01"}, {"name": [{"family": "Zzz", "given": ["Qqq"]}]}]
    )
    def test_another_person_with_the_number_is_said_to_be_one(
        self, client, fake, linked, ada, said
    ) -> None:
        fake.patients["p1"] |= said

        page = arrive(client, fake)

        assert page.status_code == 409
        assert "is not that of the patient here" in page.content.decode()
        assert ada.family_name not in page.content.decode()

    def test_half_a_sign_is_no_number(self, client, fake, linked, ada) -> None:
        fake.patients["p1"]["identifier"] = [{"system": MRN_SYSTEM, "value": "\ud800"}]

        assert arrive(client, fake)["Location"] == reverse("smart_not_followed")


class TestSecondFactor:
    def test_whoever_has_one_is_asked_for_it(self, client, fake, linked, ada) -> None:
        Authenticator.objects.create(user=linked, type="totp", data={"secret": "x"})

        answer = arrive(client, fake)

        assert answer["Location"] == reverse("mfa_authenticate")
        assert who(client) is None

    def test_a_launch_is_none_even_where_single_sign_on_is_one(
        self, client, fake, linked, ada, settings
    ) -> None:
        settings.MFA_REQUIRED_ROLES = frozenset({"CLINICIAN"})
        settings.OIDC = SingleSignOn(issuer="https://sso.example.org", is_second_factor=True)

        landed = arrive(client, fake)["Location"]

        assert client.get(landed)["Location"] == reverse("mfa_index")


class TestFirstTime:
    def test_a_stranger_signs_in_as_ever_confirms_once_and_goes_on(
        self, client, fake, ehr, clinic, ada
    ) -> None:
        first = client.get(arrive(client, fake)["Location"])
        assert first["Location"] == f"/accounts/login/?next={LINK}"
        assert sign_in(client, clinic.clinician, next=LINK)["Location"] == LINK

        page = client.get(LINK).content.decode()
        answer = client.post(LINK)

        assert "Practitioner/dr-1" in page
        assert clinic.clinician.username in page
        assert answer["Location"] == reverse("patient", args=[ada.pk])
        event = AuditEvent.objects.get(action="identity_linked")
        assert event.detail == {"provider": "St Brigid EHR"}
        other = Client()
        arrive(other, fake)
        assert who(other) == clinic.clinician.pk
        assert client.post(LINK).status_code == 400

    def test_an_open_session_is_asked_for_the_password_again(
        self, client, fake, ehr, clinic, ada
    ) -> None:
        """Or whoever passes an open screen could leave themselves a way in."""
        sign_in(client, clinic.clinician)
        session = client.session
        session[AUTHENTICATION_METHODS_SESSION_KEY][0]["at"] -= 3600
        session.save()
        arrive(client, fake)

        for ask in (client.get, client.post):
            assert ask(LINK)["Location"].startswith(reverse("account_reauthenticate"))
        assert not SocialAccount.objects.exists()

    def test_a_verified_address_links_nobody(self, client, fake, ehr, clinic, ada) -> None:
        User.objects.filter(pk=clinic.clinician.pk).update(email="dr@example.org")
        fake.amiss = {"email": "dr@example.org", "email_verified": True}

        arrive(client, fake)

        assert who(client) is None
        assert not SocialAccount.objects.exists()

    def test_an_account_with_another_identity_is_not_linked(
        self, client, fake, linked, ada
    ) -> None:
        sign_in(client, linked)
        arrive(client, fake, subject="dr-2")

        answer = client.post(LINK)

        assert answer.status_code == 409
        assert "another identity" in answer.content.decode()
        assert SocialAccount.objects.count() == 1

    def test_a_superuser_and_who_works_nowhere_there_are_not_linked(
        self, client, fake, ehr, ada
    ) -> None:
        elsewhere = MembershipFactory(site=SiteFactory(), role="CLINICIAN").user
        sign_in(client, elsewhere)
        arrive(client, fake)
        assert client.post(LINK).status_code == 403

        root = MembershipFactory(site=ehr.site, user=UserFactory(is_superuser=True)).user
        sign_in(other := Client(), root)
        arrive(other, fake)
        assert other.post(LINK).status_code == 409

        assert not SocialAccount.objects.exists()

    def test_what_waited_too_long_is_forgotten(self, client, fake, ehr, clinic, ada) -> None:
        sign_in(client, clinic.clinician)
        arrive(client, fake)
        session = client.session
        session["smart_arrived"]["at"] -= 901
        session.save()

        assert client.post(LINK).status_code == 400


class TestRefused:
    @pytest.mark.parametrize(
        "fields",
        [
            pytest.param({"fhir_base": "https://ehr.example.org/fhir"}, id="another-issuer"),
            pytest.param({"is_active": False}, id="inactive"),
            pytest.param({"fhir_base": "", "client_id": ""}, id="no-launch"),
        ],
    )
    def test_an_issuer_that_no_site_trusts(self, client, fake, ehr, fields) -> None:
        changed(ehr, **fields)

        page = set_off(client, fake)

        assert (page.status_code, fake.asked) == (403, [])
        assert "not registered here" in page.content.decode()

    @pytest.mark.parametrize(
        ("path", "answer", "status"),
        [
            pytest.param("/fhir/.well-known/smart-configuration", 404, 403, id="none"),
            pytest.param("/fhir/.well-known/smart-configuration", 302, 502, id="led-elsewhere"),
            pytest.param("/fhir/.well-known/smart-configuration", b"<html>", 502, id="no-json"),
            pytest.param("/fhir/.well-known/smart-configuration", b"[" * 99_999, 502, id="deep"),
            pytest.param(
                "/fhir/.well-known/smart-configuration", b" " * (LARGEST_ANSWER + 1), 502, id="huge"
            ),
            pytest.param("/token", 400, 403, id="token-refused"),
            pytest.param("/token", b"{}", 502, id="no-token"),
            pytest.param("/keys", 500, 502, id="no-keys"),
            pytest.param("/keys", b'{"keys": 1}', 403, id="keys-amiss"),
            pytest.param("/fhir/Patient/p1", 403, 403, id="may-not-read"),
            pytest.param("/fhir/Patient/p1", b'{"resourceType": "Group"}', 502, id="no-patient"),
        ],
    )
    def test_an_ehr_that_answers_amiss(self, client, fake, linked, ada, path, answer, status):
        fake.broken[path] = answer

        page = set_off(client, fake)
        if page.status_code == 302:
            page = client.get(fake.grant(page["Location"]))

        assert page.status_code == status
        assert "The EHR could not open the patient here" in page.content.decode()
        assert who(client) is None
        assert "/elsewhere" not in fake.asked

    def test_an_ehr_that_is_away(self, client, fake, ehr) -> None:
        changed(ehr, fhir_base="http://127.0.0.1:1/fhir")

        page = client.get(LAUNCH, {"iss": "http://127.0.0.1:1/fhir", "launch": "xyz"})

        assert page.status_code == 502
        assert "does not answer" in page.content.decode()

    @pytest.mark.parametrize(
        "said",
        [
            {"token_endpoint": "http://ehr.example.org/token"},
            {"authorization_endpoint": "javascript:alert(1)"},
            {"jwks_uri": None},
            {"issuer": ""},
        ],
    )
    def test_a_configuration_that_is_unsafe_or_not_whole(self, client, fake, ehr, said) -> None:
        fake.configuration = said

        assert set_off(client, fake).status_code == 502

    @pytest.mark.parametrize(
        "claims",
        [
            pytest.param({"nonce": "another"}, id="nonce"),
            pytest.param({"exp": 1_700_000_000}, id="expired"),
            pytest.param({"aud": "another-program"}, id="audience"),
            pytest.param({"aud": [CLIENT_ID, "another-program"]}, id="for-several"),
            pytest.param({"iss": "https://other.example.org"}, id="issuer"),
            pytest.param({"sub": ""}, id="nobody"),
            pytest.param({"sub": "x" * 192}, id="no-subject-of-ours"),
        ],
    )
    def test_an_id_token_that_is_not_right(self, client, fake, linked, ada, claims) -> None:
        fake.amiss = claims

        page = arrive(client, fake)

        assert page.status_code == 403
        assert "cannot be relied on" in page.content.decode()
        assert who(client) is None

    def test_an_id_token_of_somebody_elses_key(self, client, fake, linked, ada) -> None:
        fake.key = STRANGERS_KEY

        assert arrive(client, fake).status_code == 403
        assert who(client) is None

    def test_an_answer_is_taken_once_and_in_the_browser_that_asked(
        self, client, fake, linked, ada
    ) -> None:
        back = fake.grant(set_off(client, fake)["Location"])
        thief = Client()

        assert thief.get(back).status_code == 400
        assert client.get(back).status_code == 302
        again = client.get(back)

        assert again.status_code == 400
        assert "has ended already" in again.content.decode()
        assert who(thief) is None

    def test_an_answer_that_comes_too_late_or_from_another_issuer(
        self, client, fake, linked, ada, monkeypatch
    ) -> None:
        back = fake.grant(set_off(client, fake)["Location"])
        mixed = fake.grant(set_off(client, fake)["Location"])
        assert client.get(f"{mixed}&iss=https://other.example.org").status_code == 400

        now = time.time()
        monkeypatch.setattr("hepcalc_site.smart.launch.time.time", lambda: now + 601)

        assert client.get(back).status_code == 400

    def test_the_person_gave_up_there(self, client, fake, linked, ada) -> None:
        back = fake.grant(set_off(client, fake)["Location"])

        page = client.get(back.replace("code=", "error=access_denied&x="))

        assert page.status_code == 403
        assert "/token" not in fake.asked

    def test_an_ehr_that_was_made_inactive_meanwhile(self, client, fake, linked, ada) -> None:
        back = fake.grant(set_off(client, fake)["Location"])
        changed(EhrSystem.objects.get(), is_active=False)

        assert client.get(back).status_code == 403

    @pytest.mark.parametrize("said", ["", "../Group/1", "p1?x=y"])
    def test_no_patient_is_open_there(self, client, fake, linked, said) -> None:
        page = arrive(client, fake, patient=said)

        assert "which patient is open" in page.content.decode()

    def test_a_patient_of_another_site_is_not_followed_here(self, client, fake, linked) -> None:
        PatientFactory(mrn="M-1")

        answer = arrive(client, fake)

        assert answer["Location"] == reverse("smart_not_followed")
        page = client.get(answer["Location"])
        assert page.status_code == 404
        assert "M-1" not in page.content.decode()

    def test_record_numbers_of_two_patients(self, client, fake, linked, clinic, ada) -> None:
        a_patient(clinic, mrn="M-3")
        fake.patients["p1"]["identifier"].append({"system": MRN_SYSTEM, "value": "M-3"})

        assert arrive(client, fake).status_code == 409

    def test_a_linked_person_whose_role_at_the_site_ended(self, client, fake, linked, ada) -> None:
        changed(Membership.objects.get(user=linked), ended_on=date(2026, 8, 1))

        assert arrive(client, fake).status_code == 403

    def test_an_account_that_is_switched_off(self, client, fake, linked, ada) -> None:
        User.objects.filter(pk=linked.pk).update(is_active=False)

        arrive(client, fake)

        assert who(client) is None


def test_no_patient_data_is_in_the_log(client, fake, linked, ada) -> None:
    fake.broken["/fhir/Patient/p1"] = b'{"name": "Sample"}'

    with capture_logs() as logs:
        arrive(client, fake)

    assert logs == [
        {"event": "smart_launch_refused", "code": "ehr_answers_amiss", "log_level": "warning"}
    ]


@pytest.mark.parametrize(
    ("address", "is_local", "safe"),
    [
        ("https://ehr.example.org/fhir", False, True),
        ("http://127.0.0.1:9/fhir", True, True),
        ("http://127.0.0.1:9/fhir", False, False),
        ("http://ehr.example.org/fhir", True, False),
        ("https://user:word@ehr.example.org", True, False),
        ("file:///etc/passwd", True, False),
        ("https://[", True, False),
        (None, True, False),
    ],
)
def test_which_addresses_are_talked_to(settings, address, is_local: bool, safe: bool) -> None:
    settings.IS_LOCAL = is_local

    assert is_safe(address) is safe


def test_an_ehr_of_the_first_version_is_asked_in_its_words(fake, ehr) -> None:
    fake.configuration = {"capabilities": ["launch-ehr", "permission-v1"]}

    assert endpoints_of(ehr).read_scope == "patient/Patient.read"
