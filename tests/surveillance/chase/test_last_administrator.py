"""A site keeps an administrator who can sign in, whoever leaves and however many at one moment."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from patients.models import Membership, Role, Site
from patients.workflows.keep_administrator import LastAdministrator
from surveillance.workflows.deactivate_account import deactivate_account
from surveillance.workflows.leave_role import leave_role
from tests.factories import MembershipFactory, SiteFactory
from tests.surveillance.chase.test_leaving import NOW
from tests.surveillance.workflows.test_races import at_once

ADMINISTRATOR = Role.ADMINISTRATOR
Leave = Callable[[Membership, User | None], Any]


def end(post: Membership, by: User | None) -> Any:
    return leave_role(membership=post, by=by, now=NOW)


def switch_off(post: Membership, by: User | None) -> Any:
    return deactivate_account(user=post.user, by=by, now=NOW)


both_ways = pytest.mark.parametrize("leave", [end, switch_off])


def in_post(site: Site) -> int:
    return Membership.objects.current().filter(site=site, role=ADMINISTRATOR).count()


@pytest.mark.django_db
class TestAlone:
    @both_ways
    def test_the_last_administrator_does_not_leave(self, leave: Leave) -> None:
        post = MembershipFactory(role=ADMINISTRATOR, site__name="St Brigid")
        MembershipFactory(role=ADMINISTRATOR)  # of another site

        with pytest.raises(LastAdministrator, match=r"administers St Brigid\. Give somebody"):
            leave(post, post.user)

        assert in_post(post.site) == 1

    @both_ways
    def test_who_cannot_sign_in_or_has_left_does_not_count(self, leave: Leave) -> None:
        post = MembershipFactory(role=ADMINISTRATOR)
        MembershipFactory(role=ADMINISTRATOR, site=post.site, user__is_active=False)
        MembershipFactory(role=ADMINISTRATOR, site=post.site, ended_on=NOW.date())

        with pytest.raises(LastAdministrator):
            leave(post, None)

    @both_ways
    def test_one_of_two_leaves(self, leave: Leave) -> None:
        post = MembershipFactory(role=ADMINISTRATOR)
        MembershipFactory(role=ADMINISTRATOR, site=post.site)

        leave(post, None)

        assert in_post(post.site) == 1

    @both_ways
    def test_leaving_twice_is_leaving_once(self, leave: Leave) -> None:
        post = MembershipFactory(role=ADMINISTRATOR)
        MembershipFactory(role=ADMINISTRATOR, site=post.site)

        for _time in range(2):
            leave(post, None)

        assert in_post(post.site) == 1

    def test_an_account_stays_on_for_any_site_that_nobody_else_administers(self) -> None:
        user = MembershipFactory(role=ADMINISTRATOR).user
        here = MembershipFactory(role=ADMINISTRATOR, site=user.memberships.get().site)
        alone = MembershipFactory(role=ADMINISTRATOR, user=user, site=SiteFactory(name="Alone"))

        with pytest.raises(LastAdministrator, match="Alone"):
            deactivate_account(user=user, by=here.user, now=NOW)

        assert in_post(alone.site) == 1

    def test_another_role_of_the_last_administrator_ends(self) -> None:
        post = MembershipFactory(role=ADMINISTRATOR)
        other = MembershipFactory(role=Role.AUDITOR, user=post.user, site=post.site)

        leave_role(membership=other, by=None, now=NOW)

        assert in_post(post.site) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second", [end, switch_off])
@both_ways
def test_two_who_end_each_other_at_one_moment_leave_one(leave: Leave, second: Leave) -> None:
    one = MembershipFactory(role=ADMINISTRATOR)
    other = MembershipFactory(role=ADMINISTRATOR, site=one.site)

    answers = at_once(lambda: leave(one, other.user), lambda: second(other, one.user))

    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert [type(error) for error in refused] == [LastAdministrator]
    assert in_post(one.site) == 1
