"""Who looks after a patient, and who holds which role."""

from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, IntegrityError, transaction

from patients.models import AuditEvent, Membership, Patient, Role
from patients.workflows.assign_care_team import NotInThisRole, assign_care_team
from patients.workflows.end_role import end_role
from patients.workflows.field_rules import FieldRefused
from patients.workflows.grant_role import AccountBlocked, grant_role
from tests.factories import NOW, TODAY, MembershipFactory, PatientFactory, SiteFactory, UserFactory

pytestmark = pytest.mark.django_db


class TestAssignCareTeam:
    def test_stores_both_with_history_and_audit(self):
        navigator = MembershipFactory()
        clinician = MembershipFactory(site=navigator.site, clinician=True)
        patient = PatientFactory(site=navigator.site)

        assign_care_team(
            patient=patient,
            navigator=navigator.user,
            responsible_clinician=clinician.user,
            by=clinician.user,
            now=NOW,
        )

        stored = Patient.objects.get()
        assert (stored.navigator, stored.responsible_clinician) == (navigator.user, clinician.user)
        assert stored.history.latest("history_id").history_change_reason == "care_team_assigned"
        assert AuditEvent.objects.get().detail == {
            "navigator": f"user:{navigator.user.pk}",
            "responsible_clinician": f"user:{clinician.user.pk}",
        }

    def test_twice_equals_once_and_nobody_is_allowed(self):
        navigator = MembershipFactory()
        patient = PatientFactory(site=navigator.site, navigator=navigator.user)

        for _ in range(2):
            assign_care_team(
                patient=patient, navigator=None, responsible_clinician=None, by=None, now=NOW
            )

        assert Patient.objects.get().navigator is None
        assert AuditEvent.objects.count() == 1

    @pytest.mark.parametrize(
        "stranger",
        [
            pytest.param({"clinician": True}, id="other role"),
            pytest.param({"ended_on": date(2026, 8, 30)}, id="role ended"),
            pytest.param({"user__is_active": False}, id="account blocked"),
        ],
    )
    def test_refuses_a_navigator_without_the_role_today(self, stranger):
        held = MembershipFactory(**stranger)

        with pytest.raises(NotInThisRole) as refused:
            assign_care_team(
                patient=PatientFactory(site=held.site),
                navigator=held.user,
                responsible_clinician=None,
                by=None,
                now=NOW,
            )

        assert refused.value.details == {"field": "navigator", "user": held.user.pk}

    def test_refuses_a_clinician_of_another_site(self):
        elsewhere = MembershipFactory(clinician=True)

        with pytest.raises(NotInThisRole, match="responsible_clinician"):
            assign_care_team(
                patient=PatientFactory(),
                navigator=None,
                responsible_clinician=elsewhere.user,
                by=None,
                now=NOW,
            )

    def test_changes_nothing_when_the_audit_fails(self, audit_table_full):
        navigator = MembershipFactory()
        patient = PatientFactory(site=navigator.site)

        with pytest.raises(DatabaseError, match="audit_full"):
            assign_care_team(
                patient=patient,
                navigator=navigator.user,
                responsible_clinician=None,
                by=None,
                now=NOW,
            )

        assert Patient.objects.get().navigator is None


class TestGrantRole:
    def test_adds_membership_with_history_and_audit(self):
        user, site, admin = UserFactory(), SiteFactory(), UserFactory()

        membership = grant_role(user=user, site=site, role=Role.CLINICIAN, by=admin, now=NOW)

        assert Membership.objects.current().get() == membership
        assert membership.history.get().history_user == admin
        assert AuditEvent.objects.get().detail == {"user": user.pk, "role": "CLINICIAN"}

    def test_twice_equals_once(self):
        user, site = UserFactory(), SiteFactory()

        first, second = (
            grant_role(user=user, site=site, role=Role.CLINICIAN, by=None, now=NOW)
            for _ in range(2)
        )

        assert first == second
        assert AuditEvent.objects.count() == 1

    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
    def test_opens_the_admin_for_administrators_and_auditors(self, role):
        user = UserFactory()

        grant_role(user=user, site=SiteFactory(), role=role, by=None, now=NOW)

        user.refresh_from_db()
        assert user.is_staff
        assert [group.name for group in user.groups.all()] == [role.value]

    def test_opens_no_admin_for_a_nurse(self):
        user = UserFactory()

        grant_role(user=user, site=SiteFactory(), role=Role.NURSE_NAVIGATOR, by=None, now=NOW)

        user.refresh_from_db()
        assert not user.is_staff

    def test_refuses_an_unknown_role(self):
        with pytest.raises(FieldRefused, match="role"):
            grant_role(user=UserFactory(), site=SiteFactory(), role="KING", by=None, now=NOW)

    def test_refuses_a_blocked_account(self):
        blocked = UserFactory(is_active=False)

        with pytest.raises(AccountBlocked, match=blocked.username):
            grant_role(user=blocked, site=SiteFactory(), role=Role.AUDITOR, by=None, now=NOW)

    def test_grants_nothing_when_the_audit_fails(self, audit_table_full):
        user = UserFactory()

        with pytest.raises(DatabaseError, match="audit_full"):
            grant_role(user=user, site=SiteFactory(), role=Role.AUDITOR, by=None, now=NOW)

        user.refresh_from_db()
        assert not Membership.objects.exists()
        assert not user.is_staff


class TestEndRole:
    def test_ends_today_at_the_site_and_shuts_the_admin(self):
        user, admin = UserFactory(), UserFactory()
        held = grant_role(user=user, site=SiteFactory(), role=Role.AUDITOR, by=None, now=NOW)

        end_role(membership=held, by=admin, now=NOW)

        user.refresh_from_db()
        assert Membership.objects.get().ended_on == TODAY
        assert not Membership.objects.current().exists()
        assert not user.is_staff
        assert not user.groups.exists()
        newest = AuditEvent.objects.order_by("-pk").first()
        assert newest is not None
        assert (newest.action, newest.actor) == ("role_ended", f"user:{admin.pk}")

    def test_twice_equals_once(self):
        held = MembershipFactory()

        for _ in range(2):
            end_role(membership=held, by=None, now=NOW)

        assert AuditEvent.objects.count() == 1

    def test_keeps_the_admin_open_while_another_such_role_is_held(self):
        user = UserFactory()
        here = grant_role(user=user, site=SiteFactory(), role=Role.AUDITOR, by=None, now=NOW)
        grant_role(user=user, site=SiteFactory(), role=Role.AUDITOR, by=None, now=NOW)

        end_role(membership=here, by=None, now=NOW)

        user.refresh_from_db()
        assert user.is_staff
        assert list(user.groups.all()) == [Group.objects.get(name="AUDITOR")]

    def test_role_can_be_granted_again(self):
        held = MembershipFactory()
        end_role(membership=held, by=None, now=NOW)

        again = grant_role(user=held.user, site=held.site, role=held.role, by=None, now=NOW)

        assert again != held

    def test_ends_nothing_when_the_audit_fails(self, audit_table_full):
        with pytest.raises(DatabaseError, match="audit_full"):
            end_role(membership=MembershipFactory(), by=None, now=NOW)

        assert Membership.objects.current().count() == 1


def test_database_keeps_one_current_membership_per_person_site_and_role():
    held = MembershipFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        MembershipFactory(user=held.user, site=held.site, role=held.role)
