"""Sites, roles and accounts in the stock admin: kept by administrators, each at their own site."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.urls import reverse

from patients.models import AuditEvent, Membership, Role, Site, SiteClosure
from patients.workflows.grant_role import grant_role
from tests.factories import (
    NOW,
    PASSWORD,
    MembershipFactory,
    SiteFactory,
    UserFactory,
)
from tests.surveillance.factories import FollowUpFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    call_command("sync_roles")
    return SiteFactory(slug="north", name="North")


@pytest.fixture
def administrator(client, site):
    user = UserFactory(username="admin-north")
    grant_role(user=user, site=site, role=Role.ADMINISTRATOR, by=None, now=NOW)
    client.force_login(user)
    return user


@pytest.fixture
def superuser(client):
    user = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def address(model, verb, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{verb}", args=args)


PARTICULARS = {
    "name": "North Hospital",
    "time_zone": "Europe/London",
    "holiday_calendar": "GB-ENG",
    "phone": "",
    "email": "",
}


class TestClosures:
    def test_administrators_note_and_lift_closures_of_their_site(self, client, administrator, site):
        told = {"site": site.pk, "first_on": "2026-09-01", "last_on": "2026-09-02",
                "reason": "inventory"}  # fmt: skip

        client.post(address(SiteClosure, "add"), told)
        row = SiteClosure.objects.get()
        lift = {"action": "lift_selected_closures", "_selected_action": [row.pk]}
        client.post(address(SiteClosure, "changelist"), lift)

        row.refresh_from_db()
        assert row.lifted_at is not None
        assert row.history.count() == 2
        assert row.history.latest("history_id").history_user == administrator

    def test_other_sites_cannot_be_closed(self, client, administrator):
        told = {"site": SiteFactory().pk, "first_on": "2026-09-01", "last_on": "2026-09-02",
                "reason": "inventory"}  # fmt: skip

        client.post(address(SiteClosure, "add"), told)

        assert not SiteClosure.objects.exists()


class TestSites:
    def test_administrator_changes_their_site_with_history_and_audit(
        self, client, administrator, site
    ):
        client.post(address(Site, "change", site.pk), PARTICULARS)

        stored = Site.objects.get(pk=site.pk)
        assert (stored.name, stored.time_zone) == ("North Hospital", "Europe/London")
        assert stored.history.latest("history_id").history_user == administrator
        event = AuditEvent.objects.get(action="site_saved")
        assert event.detail == {"fields": ["name", "time_zone", "holiday_calendar"]}
        assert client.get(address(Site, "history", site.pk)).status_code == 200

    def test_slug_stays(self, client, administrator, site):
        client.post(address(Site, "change", site.pk), PARTICULARS | {"slug": "other"})

        assert Site.objects.get(pk=site.pk).slug == "north"

    def test_unknown_time_zone_is_an_error_of_the_form(self, client, administrator, site):
        page = client.post(address(Site, "change", site.pk), PARTICULARS | {"time_zone": "Mars"})

        assert "not an IANA time zone" in page.content.decode()

    def test_lead_times_and_an_earlier_ladder_are_set_here(self, client, administrator, site):
        own = {"booking_lead_days": "21", "ladder_days_earlier": "5"}

        client.post(address(Site, "change", site.pk), PARTICULARS | own)

        stored = Site.objects.get(pk=site.pk)
        assert (stored.booking_lead_days, stored.ladder_days_earlier) == (21, 5)
        assert stored.authorisation_lead_days is None

    @pytest.mark.parametrize(
        ("changed", "complaint"),
        [
            pytest.param({"phone": "abc"}, "number that can be dialled", id="letters"),
            pytest.param({"phone": "123"}, "number that can be dialled", id="too short"),
            pytest.param(
                {"name": "North\u202eHospital"}, "invisible sign U+202E", id="turned name"
            ),
        ],
    )
    def test_what_patients_could_not_dial_or_read_is_an_error_of_the_form(
        self, client, administrator, site, changed, complaint
    ):
        page = client.post(address(Site, "change", site.pk), PARTICULARS | changed)

        assert complaint in page.content.decode()
        assert not AuditEvent.objects.filter(action="site_saved").exists()

    def test_number_of_the_country_is_taken(self, client, administrator, site):
        client.post(address(Site, "change", site.pk), PARTICULARS | {"phone": "020 7946 0000"})

        assert Site.objects.get(pk=site.pk).phone == "020 7946 0000"

    def test_later_ladder_is_an_error_of_the_form(self, client, administrator, site):
        later = PARTICULARS | {"ladder_days_earlier": "-5"}

        page = client.post(address(Site, "change", site.pk), later)

        assert "a site may tighten it, never loosen it" in page.content.decode()
        assert Site.objects.get(pk=site.pk).ladder_days_earlier is None

    def test_other_sites_are_not_there(self, client, administrator):
        elsewhere = SiteFactory(name="Elsewhere")

        assert "Elsewhere" not in client.get(address(Site, "changelist")).content.decode()
        assert client.get(address(Site, "change", elsewhere.pk)).status_code == 302
        assert client.get(address(Site, "history", elsewhere.pk)).status_code == 404

    def test_administrator_adds_and_deletes_none(self, client, administrator, site):
        assert client.get(address(Site, "add")).status_code == 403
        assert client.get(address(Site, "delete", site.pk)).status_code == 403

    def test_superuser_adds_the_first(self, client, superuser):
        client.post(address(Site, "add"), PARTICULARS | {"slug": "first"})

        assert Site.objects.get().slug == "first"

    def test_auditor_reads_and_changes_nothing(self, client, site):
        auditor = UserFactory()
        grant_role(user=auditor, site=site, role=Role.AUDITOR, by=None, now=NOW)
        client.force_login(auditor)

        assert client.get(address(Site, "change", site.pk)).status_code == 200
        assert client.post(address(Site, "change", site.pk), PARTICULARS).status_code == 403


class TestRoles:
    def test_administrator_grants_a_role_at_their_site(self, client, administrator, site):
        nurse = UserFactory()

        client.post(
            address(Membership, "add"), {"user": nurse.pk, "site": site.pk, "role": "CLINICIAN"}
        )

        granted = Membership.objects.current().of(nurse).get()
        assert (granted.site, granted.role) == (site, Role.CLINICIAN)
        assert granted.history.get().history_user == administrator
        assert AuditEvent.objects.latest("pk").actor == f"user:{administrator.pk}"

    def test_administrator_grants_none_at_another_site(self, client, administrator):
        elsewhere = SiteFactory()

        page = client.post(
            address(Membership, "add"),
            {"user": administrator.pk, "site": elsewhere.pk, "role": "CLINICIAN"},
        )

        assert "Select a valid choice" in page.content.decode()
        assert not elsewhere.memberships.exists()

    def test_granting_twice_equals_once(self, client, administrator, site):
        nurse = UserFactory()
        said = {"user": nurse.pk, "site": site.pk, "role": "CLINICIAN"}

        for _ in range(2):
            client.post(address(Membership, "add"), said)

        assert Membership.objects.of(nurse).count() == 1

    def test_action_ends_roles_at_ones_own_site_only(self, client, administrator, site):
        here, elsewhere = MembershipFactory(site=site), MembershipFactory()

        client.post(
            address(Membership, "changelist"),
            {
                "action": "end_selected_roles",
                "_selected_action": [here.pk, elsewhere.pk],
            },
        )

        here.refresh_from_db()
        elsewhere.refresh_from_db()
        assert here.ended_on is not None
        assert elsewhere.ended_on is None
        assert AuditEvent.objects.filter(action="role_ended").count() == 1

    def test_the_last_role_is_not_ended_while_something_is_open(self, client, administrator, site):
        held = MembershipFactory(site=site)
        FollowUpFactory(lesion__patient__site=site, owner=held.user)

        response = client.post(
            address(Membership, "changelist"),
            {"action": "end_selected_roles", "_selected_action": [held.pk]},
            follow=True,
        )

        held.refresh_from_db()
        assert held.ended_on is None
        assert "nobody else there can" in response.content.decode()

    def test_auditor_is_offered_no_action(self, client, site):
        auditor, nurse = UserFactory(), MembershipFactory(site=site)
        grant_role(user=auditor, site=site, role=Role.AUDITOR, by=None, now=NOW)
        client.force_login(auditor)

        client.post(
            address(Membership, "changelist"),
            {"action": "end_selected_roles", "_selected_action": [nurse.pk]},
        )

        nurse.refresh_from_db()
        assert nurse.ended_on is None

    def test_role_is_neither_edited_nor_deleted(self, client, administrator, site):
        held = MembershipFactory(site=site)

        change = address(Membership, "change", held.pk)
        assert client.get(change).status_code == 200
        assert client.post(change, {"role": "MEDICAL_DIRECTOR"}).status_code == 403
        assert client.get(address(Membership, "delete", held.pk)).status_code == 403


class TestAccounts:
    def test_administrator_adds_an_account_without_any_power(self, client, administrator):
        client.post(
            address(User, "add"),
            {
                "username": "new-nurse",
                "usable_password": "true",
                "password1": PASSWORD,
                "password2": PASSWORD,
                "is_superuser": "on",
                "is_staff": "on",
            },
        )

        added = User.objects.get(username="new-nurse")
        assert not added.is_superuser
        assert not added.is_staff

    def test_nobody_gives_power_by_hand(self, client, superuser):
        nurse = UserFactory()

        client.post(
            address(User, "change", nurse.pk),
            {"username": nurse.username, "is_active": "on", "is_superuser": "on", "is_staff": "on"},
        )

        nurse.refresh_from_db()
        assert (nurse.is_superuser, nurse.is_staff) == (False, False)

    @pytest.mark.parametrize(
        ("changed", "complaint"),
        [
            pytest.param({"username": "NAVIGATOR"}, "signs in as navigator already", id="case"),
            pytest.param({"email": "Nina@Example.org"}, "has this address already", id="e-mail"),
            pytest.param({"last_name": "Te\u2066st"}, "invisible sign U+2066", id="turned name"),
        ],
    )
    def test_nobody_is_given_what_names_somebody_else(self, client, superuser, changed, complaint):
        UserFactory(username="navigator", email="nina@example.org")
        other = UserFactory(username="other", email="", last_name="Test")
        kept = {"username": "other", "is_active": "on", "last_name": "Test"}

        page = client.post(address(User, "change", other.pk), kept | changed)

        assert complaint in page.content.decode()
        other.refresh_from_db()
        assert (other.username, other.email, other.last_name) == ("other", "", "Test")

    def test_own_name_in_other_capitals_and_an_old_double_are_let_be(self, client, superuser):
        UserFactory(email="two@example.org")
        other = UserFactory(username="other", email="two@example.org")

        client.post(
            address(User, "change", other.pk),
            {"username": "Other", "email": "two@example.org", "is_active": "on"},
        )

        other.refresh_from_db()
        assert other.username == "Other"

    def test_new_account_takes_no_name_in_other_capitals(self, client, superuser):
        UserFactory(username="navigator")

        client.post(
            address(User, "add"),
            {
                "username": "Navigator",
                "usable_password": "true",
                "password1": PASSWORD,
                "password2": PASSWORD,
            },
        )

        assert not User.objects.filter(username="Navigator").exists()

    def test_administrator_blocks_an_account_of_their_site(self, client, administrator, site):
        nurse = MembershipFactory(site=site).user

        client.post(address(User, "change", nurse.pk), {"username": nurse.username})

        nurse.refresh_from_db()
        assert not nurse.is_active

    def test_what_a_blocked_account_owned_is_handed_over_first(self, client, administrator, site):
        nurse, colleague = (MembershipFactory(site=site).user for _ in range(2))
        follow_up = FollowUpFactory(lesion__patient__site=site, owner=nurse)

        client.post(address(User, "change", nurse.pk), {"username": nurse.username})

        nurse.refresh_from_db()
        follow_up.refresh_from_db()
        assert (nurse.is_active, follow_up.owner) == (False, colleague)

    def test_an_account_stays_switched_on_when_nobody_else_can_answer(
        self, client, administrator, site
    ):
        nurse = MembershipFactory(site=site).user
        FollowUpFactory(lesion__patient__site=site, owner=nurse)
        sent = {"username": nurse.username, "last_name": "Renamed"}

        response = client.post(address(User, "change", nurse.pk), sent, follow=True)

        nurse.refresh_from_db()
        assert (nurse.is_active, nurse.last_name) == (True, "Renamed")
        assert "nobody else there can" in response.content.decode()

    @pytest.mark.parametrize("verb", ["change", "password_change"])
    def test_administrator_does_not_change_who_also_works_elsewhere(
        self, client, administrator, site, verb
    ):
        """A new password would open the other site's records."""
        both = MembershipFactory(site=site).user
        MembershipFactory(user=both, clinician=True)
        page = (
            address(User, "change", both.pk)
            if verb == "change"
            else reverse("admin:auth_user_password_change", args=[both.pk])
        )

        assert client.post(page, {"password1": PASSWORD, "password2": PASSWORD}).status_code == 403

    def test_administrator_does_not_see_superusers_and_strangers(self, client, administrator):
        boss = UserFactory(username="boss", is_superuser=True)
        stranger = MembershipFactory(user__username="stranger").user

        page = client.get(address(User, "changelist")).content.decode()

        assert "boss" not in page
        assert "stranger" not in page
        for hidden in (boss, stranger):
            assert client.get(address(User, "change", hidden.pk)).status_code == 302
            password = reverse("admin:auth_user_password_change", args=[hidden.pk])
            assert client.post(password, {}).status_code in {302, 403, 404}

    def test_accounts_are_never_deleted(self, client, superuser):
        assert client.get(address(User, "delete", UserFactory().pk)).status_code == 403

    def test_groups_are_not_edited(self):
        assert Group not in admin.site._registry


class TestSyncRoles:
    def test_gives_groups_their_permissions_and_members_twice_as_once(self, capsys):
        auditor = MembershipFactory(auditor=True).user

        for _ in range(2):
            call_command("sync_roles")

        auditor.refresh_from_db()
        assert auditor.is_staff
        assert auditor.has_perm("surveillance.view_lesion")
        assert not auditor.has_perm("patients.change_site")
        assert "2 groups in step, 1 people" in capsys.readouterr().out

    def test_takes_away_what_somebody_added_by_hand(self):
        call_command("sync_roles")
        nurse = UserFactory(is_staff=True)
        nurse.groups.add(Group.objects.get(name="ADMINISTRATOR"))

        call_command("sync_roles")

        nurse.refresh_from_db()
        assert not nurse.is_staff
        assert not nurse.groups.exists()
