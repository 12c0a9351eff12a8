"""Who leaves while others are away: the work goes to somebody who is there, and they are told."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from patients.models import Membership, Role
from surveillance.absences import answering
from surveillance.models import Escalation, FollowUp, Notification
from surveillance.workflows.deactivate_account import deactivate_account
from surveillance.workflows.leave_role import leave_role
from surveillance.workflows.plan_absence import plan_absence
from tests.factories import MembershipFactory
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, a_patient, at

pytestmark = pytest.mark.django_db

DAY = date(2027, 2, 14)
NOW = at(DAY)


def end_role(user: User) -> None:
    leave_role(membership=Membership.objects.current().get(user=user), by=None, now=NOW)


def switch_off(user: User) -> None:
    deactivate_account(user=user, by=None, now=NOW)


either_way = pytest.mark.parametrize("leave", [end_role, switch_off])
Leave = Callable[[User], None]


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


@pytest.fixture
def cover(clinic: Clinic) -> User:
    """A second navigator, who stands in for the first."""
    user: User = MembershipFactory(site=clinic.site).user
    away(clinic, clinic.navigator, user)
    return user


def away(clinic: Clinic, user: User, cover: User) -> None:
    arguments: dict[str, Any] = {"first_on": DAY, "last_on": DAY + timedelta(days=6)}
    week_before = NOW - timedelta(days=7)
    plan_absence(
        user=user, site=clinic.site, cover=cover, by=clinic.lead, now=week_before, **arguments
    )


def told() -> set[User | None]:
    rows = Notification.objects.filter(template="WORK_HANDED_OVER").select_related("recipient")
    return {row.recipient for row in rows}


@either_way
def test_the_work_of_a_cover_goes_to_somebody_who_is_there(
    clinic: Clinic, cover: User, leave: Leave
) -> None:
    present = MembershipFactory(site=clinic.site).user
    a_follow_up(clinic, owner=cover)  # a patient of the navigator who is away

    leave(cover)

    assert FollowUp.objects.get().owner == present
    assert told() == {present}


@either_way
def test_without_a_navigator_present_the_next_role_takes_it(
    clinic: Clinic, cover: User, leave: Leave
) -> None:
    a_follow_up(clinic, owner=cover)

    leave(cover)

    assert FollowUp.objects.get().owner == clinic.lead
    assert told() == {clinic.lead}


@either_way
def test_who_is_away_takes_it_if_nobody_else_can_and_their_stand_in_is_told(
    clinic: Clinic, cover: User, leave: Leave
) -> None:
    """The leaver is the cover: whoever stands in after them is told, not they."""
    a_follow_up(clinic, owner=cover)
    Membership.objects.filter(user__in=[clinic.lead, clinic.director]).delete()

    leave(cover)

    owner = FollowUp.objects.get().owner
    assert owner == clinic.navigator
    assert told() == {clinic.clinician}
    assert answering(owner.pk, clinic.site.pk, DAY) == clinic.clinician.pk


@either_way
def test_the_last_one_there_leaves_it_to_who_is_away(
    clinic: Clinic, cover: User, leave: Leave
) -> None:
    a_follow_up(clinic, owner=cover)
    others = [clinic.lead, clinic.director, clinic.clinician]
    Membership.objects.filter(user__in=others).delete()

    leave(cover)

    assert FollowUp.objects.get().owner == clinic.navigator
    assert told() == {clinic.navigator}


@either_way
def test_escalations_go_to_who_is_there_as_well(clinic: Clinic, leave: Leave) -> None:
    second = MembershipFactory(site=clinic.site, role=Role.CLINICIAN).user
    third = MembershipFactory(site=clinic.site, role=Role.CLINICIAN).user
    patient = a_patient(clinic, responsible_clinician=second)
    row = a_follow_up(clinic, patient=patient)
    Escalation.objects.create(follow_up=row, tier=3, step="L+7", owner=third, raised_at=NOW)
    away(clinic, second, third)

    leave(third)

    assert Escalation.objects.get().owner == clinic.clinician
    assert told() == {clinic.clinician}


def test_who_takes_over_and_stands_in_is_told_once(clinic: Clinic, cover: User) -> None:
    """Follow-up and escalation go to two owners, for both of whom one person answers."""
    row = a_follow_up(clinic, owner=cover)
    Escalation.objects.create(follow_up=row, tier=3, step="L+7", owner=cover, raised_at=NOW)
    Membership.objects.filter(user__in=[clinic.lead, clinic.director]).delete()

    end_role(cover)

    assert FollowUp.objects.get().owner == clinic.navigator
    assert Escalation.objects.get().owner == clinic.clinician
    rows = Notification.objects.filter(template="WORK_HANDED_OVER", recipient=clinic.clinician)
    assert sorted(rows.values_list("channel", flat=True)) == ["EMAIL", "IN_APP"]
    assert told() == {clinic.clinician}
