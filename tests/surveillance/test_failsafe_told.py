"""A failed message to a colleague about no case: settled by what makes it harmless."""

from datetime import date, timedelta

import pytest

from surveillance.failsafe import CHECKS
from surveillance.models import FollowUp, Notification, NotificationStatus
from surveillance.workflows.deactivate_account import deactivate_account
from surveillance.workflows.deliver import deliver
from surveillance.workflows.leave_role import leave_role
from tests.factories import MembershipFactory
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, at
from tests.surveillance.chase.test_leaving import role_of

pytestmark = pytest.mark.django_db

NOW = at(date(2027, 2, 14))


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


def failed() -> list[object]:
    [check] = [each for each in CHECKS if each.code == "outbox_failed"]
    return list(check.ask(NOW))


def test_a_hand_over_to_who_left_as_well_is_told_to_the_next(clinic: Clinic) -> None:
    first = MembershipFactory(site=clinic.site).user
    a_follow_up(clinic)
    leave_role(membership=role_of(clinic.navigator), by=None, now=NOW)
    deactivate_account(user=first, by=None, now=NOW)

    deliver(now=NOW)

    lost = Notification.objects.filter(recipient=first, status=NotificationStatus.FAILED)
    assert lost.filter(last_error="recipient_cannot_sign_in").exists()
    owner = FollowUp.objects.get().owner
    assert Notification.objects.filter(recipient=owner, status=NotificationStatus.SENT).exists()
    assert failed() == []


def test_to_who_is_in_post_it_stays_until_one_arrives(clinic: Clinic) -> None:
    a_follow_up(clinic)
    leave_role(membership=role_of(clinic.navigator), by=None, now=NOW)
    email = Notification.objects.filter(channel="EMAIL", template="WORK_HANDED_OVER")
    email.update(status=NotificationStatus.FAILED, finished_at=NOW)
    assert len(failed()) == 1

    message = email.get()
    later = NOW + timedelta(hours=1)
    Notification.objects.create(
        site=clinic.site,
        channel="EMAIL",
        template="DAILY_DIGEST",
        dedupe_key="next",
        recipient=message.recipient,
        created_at=later,
        not_before=later,
        finished_at=later,
        status=NotificationStatus.SENT,
    )
    assert failed() == []
