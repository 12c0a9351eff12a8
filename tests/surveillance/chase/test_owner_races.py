"""Somebody leaves while work is given to them: whoever comes second waits, and is refused."""

from collections.abc import Callable
from threading import Event, Thread
from time import sleep
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from patients.models import Membership
from surveillance.models import Escalation, FollowUp
from surveillance.workflows.deactivate_account import deactivate_account
from surveillance.workflows.leave_role import leave_role
from surveillance.workflows.sweep import sweep
from tests.factories import MembershipFactory
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, a_patient, at
from tests.surveillance.chase.test_leaving import NOW
from tests.surveillance.workflows.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
HELD = 0.1
"""Seconds for which the first keeps its transaction open after it has written."""


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


def while_uncommitted(first: Callable[[], Any], second: Callable[[], Any]) -> Exception | None:
    """What `second` raised, begun when `first` had written and not yet committed."""
    written, raised = Event(), []

    def hold() -> None:
        try:
            with transaction.atomic():
                first()
                written.set()
                sleep(HELD)
        finally:
            written.set()
            connection.close()

    def follow() -> None:
        written.wait(30)
        try:
            with transaction.atomic():
                second()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [Thread(target=hold), Thread(target=follow)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised[0] if raised else None


def nobody_who_left_owns_anything() -> bool:
    """Every owner of something open can sign in and holds a role at its site."""
    in_post = Membership.objects.current()
    rows = [
        *FollowUp.objects.open().values_list("owner", "site"),
        *Escalation.objects.unresolved().values_list("owner", "follow_up__site"),
    ]
    return all(in_post.filter(user=owner, site=site).exists() for owner, site in rows)


@pytest.mark.parametrize("what", ["account", "role"])
@pytest.mark.parametrize("of", ["follow-up", "escalation", "new follow-up"])
@pytest.mark.parametrize("given_first", [True, False], ids=["given first", "left first"])
def test_raw_writes_that_cross_leave_nothing_with_who_left(
    clinic: Clinic, what: str, of: str, given_first: bool
) -> None:
    leaver: User = MembershipFactory(site=clinic.site).user
    patient = a_patient(clinic)
    a_follow_up(clinic, patient=patient)
    sweep(now=NOW)

    def give() -> None:
        if of == "follow-up":
            FollowUp.objects.update(owner=leaver)
        elif of == "escalation":
            Escalation.objects.unresolved().update(owner=leaver)
        else:
            a_follow_up(clinic, patient=patient, label="L2", owner=leaver)

    def leave() -> None:
        if what == "account":
            User.objects.filter(pk=leaver.pk).update(is_active=False)
        else:
            with connection.cursor() as cursor:
                statement = "UPDATE patients_membership SET ended_on = %s WHERE user_id = %s"
                cursor.execute(statement, ["2027-02-14", leaver.pk])

    refused = while_uncommitted(*((give, leave) if given_first else (leave, give)))

    assert isinstance(refused, IntegrityError), refused
    assert nobody_who_left_owns_anything()
    still_there = Membership.objects.current().filter(user=leaver).exists()
    assert still_there is given_first


@pytest.mark.parametrize("leaves", ["account", "role"])
def test_a_sweep_that_crosses_somebodys_leaving_gives_them_nothing(
    clinic: Clinic, leaves: str
) -> None:
    """The lead's tier is raised for several follow-ups while the lead leaves."""
    for number in range(6):
        a_follow_up(clinic, patient=a_patient(clinic), label=f"L{number}")
    post = Membership.objects.get(user=clinic.lead)

    def leave() -> Any:
        if leaves == "account":
            return deactivate_account(user=clinic.lead, by=None, now=NOW)
        return leave_role(membership=post, by=None, now=NOW)

    answers = at_once(lambda: sweep(now=NOW), leave)

    assert not [each for each in answers if isinstance(each, Exception)], answers
    assert nobody_who_left_owns_anything()
    sweep(now=at(NOW.date()))
    raised = Escalation.objects.unresolved()
    assert raised.count() == 6
    assert not raised.filter(Q(owner=clinic.lead) | Q(owner=None)).exists()
