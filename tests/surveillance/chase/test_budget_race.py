"""Two senders at one moment, one interruption left: one is sent, the other is in the digest."""

from collections.abc import Callable
from datetime import date, timedelta
from time import sleep
from typing import Any
from unittest.mock import patch

import pytest

from surveillance.models import Notification
from surveillance.protocol.parameters.alerts import ALERTS_PER_WEEK
from surveillance.protocol.terms import EscalationClass
from surveillance.workflows import hold_for_digest as module
from surveillance.workflows.hold_for_digest import hold_for_digest
from surveillance.workflows.sweep import sweep
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, a_patient, at
from tests.surveillance.workflows.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

T2 = date(2027, 2, 15)
BUDGET = ALERTS_PER_WEEK.value


def claimed(clinic: Clinic, number: int) -> list[Notification]:
    """So many new urgent cases, each claimed by a sender of its own."""
    for _ in range(number):
        a_follow_up(
            clinic,
            patient=a_patient(clinic),
            ladder=EscalationClass.URGENT,
            ordered_on=date(2026, 12, 1),
        )
    sweep(now=at(T2))
    waiting = Notification.objects.waiting().filter(channel="EMAIL", recipient=clinic.lead)
    for row in waiting:
        waiting.filter(pk=row.pk).update(lease_owner=str(row.pk), attempts=1)
    joined = waiting.select_related("site", "recipient", "follow_up", "escalation__follow_up")
    return list(joined)


def holding(message: Notification) -> Callable[[], bool]:
    return lambda: hold_for_digest(message=message, now=at(T2))


def test_the_last_of_the_budget_is_given_away_once() -> None:
    """Who has counted takes a while to write it down: without the lock both would interrupt."""
    clinic = a_clinic()
    messages = claimed(clinic, BUDGET + 1)
    for message in messages[: BUDGET - 1]:
        assert not holding(message)()
    count = module._interruptions

    def slowly(*args: Any) -> int:
        so_far = count(*args)
        sleep(0.5)
        return so_far

    with patch.object(module, "_interruptions", slowly):
        answers = at_once(*(holding(message) for message in messages[BUDGET - 1 :]))

    assert sorted(answers, key=str) == [False, True]
    week_ago = at(T2) - timedelta(days=7)
    assert Notification.objects.interrupting(clinic.lead.pk, since=week_ago).count() == BUDGET
    assert Notification.objects.filter(status="DIGESTED", recipient=clinic.lead).count() == 1
