"""People of a site: invited, given and relieved of roles, switched off, their sign-in mended."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse

from patients.models import AuditEvent, Membership, Role
from surveillance.models import FollowUp
from surveillance.web.people_view import PersonRow
from tests.factories import NOW, PASSWORD, MembershipFactory, UserFactory
from tests.surveillance.web.scenes import Clinic, escalated, owed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_cache")]


@pytest.fixture
def administrator(today, clinic: Clinic, client: Client) -> Client:
    client.force_login(clinic.administrator)
    return client


def person(verb: str, user: User) -> str:
    return reverse(f"person_{verb}" if verb else "person", args=[user.pk])


def rows(client: Client) -> dict[str, PersonRow]:
    return {row.username: row for row in client.get(reverse("people")).context["rows"]}


def said(answer) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


INVITED = {
    "first_name": "Robin",
    "last_name": "Newcomer",
    "username": "robin",
    "email": "robin@example.org",
    "role": "NURSE_NAVIGATOR",
}


class TestList:
    def test_says_roles_sign_in_second_step_and_open_work(self, administrator, clinic, settings):
        settings.MFA_REQUIRED_ROLES = frozenset({"LEAD_NAVIGATOR"})
        escalated(owed(clinic, -9), clinic.lead, tier=2)
        MembershipFactory(site=clinic.site, user=clinic.navigator, auditor=True)
        User.objects.filter(pk=clinic.navigator.pk).update(last_login=NOW)
        for kind in ("totp", "webauthn", "recovery_codes"):
            Authenticator.objects.create(user=clinic.navigator, type=kind, data={})

        found = rows(administrator)

        nina, lead = found[clinic.navigator.username], found[clinic.lead.username]
        assert nina.roles == "Auditor, Nurse navigator"
        assert nina.last_sign_in.startswith("31 Aug 2026")
        assert (nina.factor, nina.factor_missing) == ("authenticator app and passkey", False)
        assert (lead.factor, lead.factor_missing) == ("None", True)
        assert (nina.work, lead.work) == ("1", "1")

    def test_costs_the_same_for_many(self, administrator, clinic, django_assert_max_num_queries):
        for _ in range(20):
            MembershipFactory(site=clinic.site)

        with django_assert_max_num_queries(16):
            assert len(rows(administrator)) == 25

    def test_names_accounts_without_a_role_and_no_other_site(self, administrator, clinic) -> None:
        idle, elsewhere = UserFactory(), MembershipFactory().user
        UserFactory(is_superuser=True)

        page = administrator.get(reverse("people"))

        assert [row.username for row in page.context["idle"]] == [idle.username]
        assert elsewhere.username not in page.content.decode()

    @pytest.mark.parametrize("role", ["navigator", "lead", "clinician", "auditor"])
    def test_is_for_administrators(self, client, clinic: Clinic, role: str) -> None:
        client.force_login(getattr(clinic, role))

        assert client.get(reverse("people")).status_code == 403


class TestInvitation:
    def invite(self, administrator: Client, clinic: Clinic, **changed: str):
        form = INVITED | {"site": clinic.site.slug} | changed
        return administrator.post(reverse("person_new"), form, follow=True)

    def test_opens_an_account_and_sends_a_link_that_says_nothing_of_patients(
        self, administrator, clinic
    ) -> None:
        page = self.invite(administrator, clinic)

        robin = User.objects.get(username="robin")
        assert Membership.objects.get(user=robin).role == Role.NURSE_NAVIGATOR
        assert not robin.has_usable_password()
        assert "on its way to robin@example.org" in said(page)
        [letter] = mail.outbox
        assert letter.to == ["robin@example.org"]
        assert "robin" in letter.body
        assert "patient" not in letter.body.lower()
        actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
        assert list(actions) == ["account_opened", "role_granted", "password_link_sent"]

    def test_the_link_sets_the_password_once(self, administrator, clinic) -> None:
        self.invite(administrator, clinic)
        [link] = re.findall(r"http\S+", str(mail.outbox[0].body))
        newcomer, late = Client(), Client()

        form = newcomer.get(link, follow=True)
        chosen = {"password1": "a long enough one 7", "password2": "a long enough one 7"}
        newcomer.post(form.redirect_chain[-1][0], chosen)

        signed_in = newcomer.post(
            reverse("account_login"), {"login": "robin", "password": "a long enough one 7"}
        )
        assert signed_in.status_code == 302
        assert "This link has expired" in late.get(link, follow=True).content.decode()

    def test_the_link_ends_after_three_days(self, administrator, clinic) -> None:
        self.invite(administrator, clinic)
        [link] = re.findall(r"http\S+", str(mail.outbox[0].body))

        with time_machine.travel(NOW + timedelta(days=3, minutes=1)):
            page = Client().get(link, follow=True)

        assert "This link has expired" in page.content.decode()

    @pytest.mark.parametrize(
        ("changed", "complaint"),
        [
            pytest.param({"username": "taken"}, "Somebody signs in as taken already", id="name"),
            pytest.param({"username": "TAKEN"}, "signs in as taken already", id="capitals"),
            pytest.param({"last_name": "New\u202ecomer"}, "invisible sign U+202E", id="turned"),
            pytest.param({"email": "TAKEN@example.org"}, "has this address already", id="email"),
            pytest.param({"username": "two words"}, "valid username", id="bad-name"),
            pytest.param({"role": "INTEGRATION"}, "not one of the available", id="no-person"),
        ],
    )
    def test_what_cannot_be_is_an_error_of_the_form(
        self, administrator, clinic, changed, complaint: str
    ) -> None:
        UserFactory(username="taken", email="taken@example.org")

        page = self.invite(administrator, clinic, **changed)

        assert page.status_code == 422
        assert complaint in page.content.decode()
        assert not User.objects.filter(last_name="Newcomer").exists()
        assert not mail.outbox

    def test_nobody_is_invited_to_another_site(self, administrator, clinic) -> None:
        page = self.invite(administrator, clinic, site=MembershipFactory().site.slug)

        assert page.status_code == 422

    def test_a_mail_server_that_is_away_is_said_and_the_account_stays(
        self, administrator, clinic, settings
    ) -> None:
        settings.EMAIL_BACKEND = "surveillance.delivery.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

        page = self.invite(administrator, clinic)

        assert "send the link again" in said(page)
        assert User.objects.filter(username="robin").exists()


class TestPerson:
    def test_a_role_is_given_and_ended_with_hand_over(self, administrator, clinic) -> None:
        follow_up = owed(clinic, 9)
        role = {"site": clinic.site.slug, "role": "LEAD_NAVIGATOR"}
        administrator.post(person("role", clinic.clinician), role)
        assert Membership.objects.filter(user=clinic.clinician, role="LEAD_NAVIGATOR").exists()
        held = Membership.objects.get(user=clinic.navigator)

        asked = administrator.get(reverse("role_end", args=[held.pk]))
        ended = administrator.post(reverse("role_end", args=[held.pk]), follow=True)

        assert "handed to others" in asked.content.decode()
        assert "The role has ended." in said(ended)
        assert FollowUp.objects.get(pk=follow_up.pk).owner != clinic.navigator

    def test_a_role_with_work_that_nobody_can_take_stays(self, administrator, clinic) -> None:
        Membership.objects.filter(user__in=[clinic.lead, clinic.clinician]).delete()
        owed(clinic, 9)
        held = Membership.objects.get(user=clinic.navigator)

        page = administrator.post(reverse("role_end", args=[held.pk]), follow=True)

        assert "nobody else there can" in said(page)
        assert Membership.objects.get(pk=held.pk).ended_on is None

    def test_an_account_is_switched_off_with_hand_over_and_on_again(
        self, administrator, clinic
    ) -> None:
        follow_up = owed(clinic, 9)

        administrator.post(person("off", clinic.navigator))
        assert not User.objects.get(pk=clinic.navigator.pk).is_active
        assert FollowUp.objects.get(pk=follow_up.pk).owner != clinic.navigator
        assert [tag.words for tag in rows(administrator)[clinic.navigator.username].states] == [
            "Switched off"
        ]
        administrator.post(person("on", clinic.navigator))

        assert User.objects.get(pk=clinic.navigator.pk).is_active
        assert AuditEvent.objects.filter(action="account_reactivated").count() == 1

    def test_a_second_step_is_reset_after_a_question(self, administrator, clinic) -> None:
        Authenticator.objects.create(user=clinic.navigator, type="totp", data={})

        asked = administrator.get(person("reset_factor", clinic.navigator))
        assert "Be sure that it is they who ask" in asked.content.decode()
        assert Authenticator.objects.exists()
        administrator.post(person("reset_factor", clinic.navigator))

        assert not Authenticator.objects.exists()
        event = AuditEvent.objects.get(action="second_factor_reset")
        assert event.actor == f"user:{clinic.administrator.pk}"

    def test_a_link_is_sent_again(self, administrator, clinic) -> None:
        administrator.post(person("link", clinic.navigator))

        assert mail.outbox[0].to == [clinic.navigator.email]

    def test_no_link_leaves_for_a_closed_account(self, administrator, clinic) -> None:
        administrator.post(person("off", clinic.navigator))

        page = administrator.post(person("link", clinic.navigator), follow=True)

        assert "switched off or has no e-mail address" in said(page)
        assert not mail.outbox

    @pytest.mark.parametrize("verb", ["off", "on", "reset_factor", "link", "lift_lock"])
    def test_nothing_of_somebody_who_also_works_elsewhere_is_changed(
        self, administrator, clinic, verb: str
    ) -> None:
        """Otherwise an administrator here opens the records of another site."""
        MembershipFactory(user=clinic.navigator)
        if verb == "on":
            User.objects.filter(pk=clinic.navigator.pk).update(is_active=False)
        Authenticator.objects.create(user=clinic.navigator, type="totp", data={})
        before = User.objects.get(pk=clinic.navigator.pk).is_active

        page = administrator.post(person(verb, clinic.navigator), follow=True)

        assert "you do not administer" in said(page)
        assert User.objects.get(pk=clinic.navigator.pk).is_active is before
        assert Authenticator.objects.exists()
        assert not mail.outbox
        assert "Only somebody who administers all" in page.content.decode()

    def test_a_colleague_of_another_site_is_not_there(self, administrator) -> None:
        stranger = MembershipFactory()

        assert administrator.get(person("", stranger.user)).status_code == 404
        assert administrator.get(reverse("role_end", args=[stranger.pk])).status_code == 404

    def test_who_gives_up_the_own_role_is_led_away(self, administrator, clinic) -> None:
        MembershipFactory(site=clinic.site, role=Role.ADMINISTRATOR)
        own = Membership.objects.get(user=clinic.administrator)

        answer = administrator.post(reverse("role_end", args=[own.pk]))

        assert answer["Location"] == "/"

    def test_the_last_administrator_reads_why_nothing_can_be_ended(
        self, administrator, clinic
    ) -> None:
        page = administrator.get(person("", clinic.administrator))

        [line] = page.context["card"].lines
        assert (line.end_url, page.context["card"].why_not_off) == ("", line.why_not)
        text = page.content.decode()
        assert text.count("give somebody else there the role of an administrator first") == 2
        assert person("off", clinic.administrator) not in text

    @pytest.mark.parametrize("verb", ["role", "account"])
    def test_the_last_administrator_stays(self, administrator, clinic, verb: str) -> None:
        own = Membership.objects.get(user=clinic.administrator)
        end, off = reverse("role_end", args=[own.pk]), person("off", clinic.administrator)

        page = administrator.post(end if verb == "role" else off, follow=True)

        assert "Give somebody else there the role of an administrator first." in said(page)
        assert Membership.objects.current().filter(pk=own.pk).exists()

    def test_with_another_administrator_the_way_is_offered(self, administrator, clinic) -> None:
        MembershipFactory(site=clinic.site, role=Role.ADMINISTRATOR)

        page = administrator.get(person("", clinic.administrator))

        [line] = page.context["card"].lines
        assert line.end_url
        assert person("off", clinic.administrator) in page.content.decode()


class TestRoles:
    def test_everybody_reads_the_table_and_finds_the_own_role(self, navigator) -> None:
        page = navigator.get(reverse("roles"))

        yours = [column.label for column in page.context["columns"] if column.is_yours]
        assert yours == ["Nurse navigator"]
        assert "Sign that surveillance is not appropriate" in page.content.decode()


def test_the_stock_admin_leaves_a_closed_account_of_another_site_alone(
    administrator, clinic
) -> None:
    """A role that has not ended counts again once the account is on."""
    administrator.post(person("off", clinic.navigator))
    MembershipFactory(user=clinic.navigator)
    clinic.administrator.is_staff = True
    clinic.administrator.save()

    page = administrator.post(
        reverse("admin:auth_user_password_change", args=[clinic.navigator.pk]),
        {"password1": PASSWORD, "password2": PASSWORD},
    )

    assert page.status_code == 403
