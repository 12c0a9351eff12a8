"""What changes accounts: whole or not at all, for people within reach, on record."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from patients.models import AuditEvent, Membership, Role
from patients.workflows.account_reach import AccountBeyondReach, is_within_reach
from patients.workflows.grant_role import grant_role
from patients.workflows.invite_person import invite_person, without_password
from patients.workflows.link_identity import link_identity
from patients.workflows.note_sign_in import SignIn, note_sign_in
from patients.workflows.reactivate_account import reactivate_account
from patients.workflows.reset_second_factor import reset_second_factor
from tests.factories import NOW, MembershipFactory, SiteFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def nina() -> Membership:
    return MembershipFactory(user__email="nina@example.org")


def keeper_of(*sites) -> User:
    """An administrator of these sites."""
    user = UserFactory()
    for site in sites:
        grant_role(user=user, site=site, role=Role.ADMINISTRATOR, by=None, now=NOW)
    return user


class TestReach:
    def test_is_every_site_of_the_person(self, nina: Membership) -> None:
        second = MembershipFactory(user=nina.user).site

        assert not is_within_reach(user=nina.user, by=keeper_of(nina.site))
        assert is_within_reach(user=nina.user, by=keeper_of(nina.site, second))

    def test_leaves_out_roles_that_have_ended(self, nina: Membership) -> None:
        MembershipFactory(user=nina.user, ended_on=NOW.date())

        assert is_within_reach(user=nina.user, by=keeper_of(nina.site))

    def test_counts_roles_of_an_account_that_is_switched_off(self, nina: Membership) -> None:
        User.objects.filter(pk=nina.user_id).update(is_active=False)
        nina.user.refresh_from_db()

        assert not is_within_reach(user=nina.user, by=keeper_of(SiteFactory()))

    def test_ends_at_superusers_and_a_superuser_reaches_all(self, nina: Membership) -> None:
        root = UserFactory(is_superuser=True)

        assert is_within_reach(user=nina.user, by=root)
        assert not is_within_reach(user=root, by=keeper_of(nina.site))

    @pytest.mark.parametrize("act", [reset_second_factor, reactivate_account])
    def test_is_asked_by_the_workflows_themselves(self, nina: Membership, act) -> None:
        with pytest.raises(AccountBeyondReach):
            act(user=nina.user, by=keeper_of(SiteFactory()), now=NOW)


def _invite(nina: Membership) -> None:
    account = without_password(username="new", first_name="", last_name="", email="n@example.org")
    invite_person(account=account, site=nina.site, role=Role.AUDITOR, by=None, now=NOW)


def _link(nina: Membership) -> None:
    link_identity(provider="sso", subject="s", email="nina@example.org", now=NOW)


def _reset(nina: Membership) -> None:
    reset_second_factor(user=nina.user, by=None, now=NOW)


def _reactivate(nina: Membership) -> None:
    reactivate_account(user=nina.user, by=None, now=NOW)


@pytest.mark.parametrize("act", [_invite, _link, _reset, _reactivate])
def test_without_its_audit_event_nothing_is_changed(nina, audit_table_full, act) -> None:
    Authenticator.objects.create(user=nina.user, type="totp", data={})
    User.objects.filter(pk=nina.user_id).update(is_active=act is not _reactivate)
    nina.user.refresh_from_db()

    with pytest.raises(DatabaseError), transaction.atomic():
        act(nina)

    stored = User.objects.get(pk=nina.user_id)
    assert stored.is_active is (act is not _reactivate)
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()
    assert Authenticator.objects.count() == 1


def test_switching_on_what_is_on_changes_nothing(nina: Membership) -> None:
    reactivate_account(user=nina.user, by=None, now=NOW)

    assert not AuditEvent.objects.exists()


def test_a_sign_in_is_kept_at_every_site_of_the_person_and_nowhere_without_a_role(nina) -> None:
    second = MembershipFactory(user=nina.user).site

    events = note_sign_in(user=nina.user, what=SignIn.SIGNED_IN, now=NOW, method="passkey")

    assert {event.site for event in events} == {nina.site.slug, second.slug}
    assert note_sign_in(user=UserFactory(), what=SignIn.SIGNED_IN, now=NOW) == []


def test_the_command_takes_a_lost_second_step_away(nina: Membership, capsys) -> None:
    Authenticator.objects.create(user=nina.user, type="totp", data={})

    call_command("reset_second_factor", nina.user.username)

    assert "1 taken away" in capsys.readouterr().out
    with pytest.raises(CommandError, match="Nobody signs in as nobody"):
        call_command("reset_second_factor", "nobody")
