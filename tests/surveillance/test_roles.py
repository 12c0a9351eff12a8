"""The table of roles, and that a role counts only where and while it is held."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from patients.models import Role, Site
from surveillance.roles import PERMISSIONS, Permission, may, permissions_at, roles_with, sites_where
from tests.factories import MembershipFactory, SiteFactory, UserFactory


def test_every_role_has_a_line_in_the_table():
    assert set(PERMISSIONS) == set(Role)


def test_every_permission_is_held_by_some_role():
    assert all(roles_with(permission) for permission in Permission)


@pytest.mark.parametrize("permission", [Permission.CLOSE_SIGNED, Permission.OVERRIDE])
def test_only_doctors_sign(permission):
    assert roles_with(permission) == {Role.CLINICIAN, Role.MEDICAL_DIRECTOR}


def test_navigators_and_administrators_print_letters():
    assert roles_with(Permission.PRINT_LETTERS) == {
        Role.NURSE_NAVIGATOR,
        Role.LEAD_NAVIGATOR,
        Role.ADMINISTRATOR,
    }


def test_auditor_changes_nothing():
    assert PERMISSIONS[Role.AUDITOR] == {
        Permission.VIEW_QUEUE,
        Permission.VIEW_PATIENT,
        Permission.VIEW_AUDIT,
        Permission.VIEW_FAILSAFE,
    }


def test_administrator_takes_no_clinical_decision():
    clinical = {Permission.RECORD_RISK, Permission.CLOSE, Permission.OVERRIDE, Permission.WITHDRAW}

    assert not PERMISSIONS[Role.ADMINISTRATOR] & clinical


@pytest.mark.django_db
class TestMay:
    def test_holds_at_the_site_of_the_role(self):
        clinician = MembershipFactory(clinician=True)

        assert may(clinician.user, Permission.OVERRIDE, clinician.site)

    def test_does_not_hold_at_another_site(self):
        clinician = MembershipFactory(clinician=True)

        assert not may(clinician.user, Permission.VIEW_PATIENT, SiteFactory())

    def test_does_not_hold_after_the_role_ended(self):
        former = MembershipFactory(clinician=True, ended_on=date(2026, 8, 30))

        assert not may(former.user, Permission.VIEW_PATIENT, former.site)

    def test_does_not_hold_for_a_blocked_account(self):
        blocked = MembershipFactory(clinician=True, user__is_active=False)

        assert not may(blocked.user, Permission.VIEW_PATIENT, blocked.site)

    @pytest.mark.parametrize("nobody", [None, AnonymousUser()], ids=["system", "anonymous"])
    def test_does_not_hold_for_nobody(self, nobody):
        assert not may(nobody, Permission.VIEW_QUEUE, SiteFactory())

    def test_does_not_hold_for_a_superuser_without_a_role(self):
        assert not may(UserFactory(is_superuser=True), Permission.VIEW_PATIENT, SiteFactory())

    def test_adds_up_over_several_roles(self):
        navigator = MembershipFactory()
        MembershipFactory(user=navigator.user, site=navigator.site, auditor=True)

        granted = permissions_at(navigator.user, navigator.site)

        assert granted == PERMISSIONS[Role.NURSE_NAVIGATOR] | PERMISSIONS[Role.AUDITOR]


@pytest.mark.django_db
def test_sites_where_names_each_site_once_and_only_those():
    here = MembershipFactory(medical_director=True)
    MembershipFactory(user=here.user, site=here.site, clinician=True)
    MembershipFactory(user=here.user, auditor=True)

    assert list(sites_where(here.user, Permission.OVERRIDE)) == [here.site]
    assert sites_where(here.user, Permission.VIEW_AUDIT).count() == 2
    assert not sites_where(AnonymousUser(), Permission.VIEW_QUEUE).exists()
    assert Site.objects.count() == 2
