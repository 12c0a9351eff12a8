"""A request that is sent again with its key is done once, whole or not at all."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from patients.models import Patient, Role, Site
from surveillance.models import KeptAnswer
from surveillance.workflows.answer_once import Answer, Asked, answer_once
from surveillance.workflows.forget_answers import forget_answers
from tests.factories import SiteFactory
from tests.surveillance.api.scenes import System, a_system
from tests.surveillance.workflows.test_races import at_once

pytestmark = pytest.mark.django_db
WHERE = "/api/v1/patients/register-patient/"


@pytest.fixture
def site() -> Site:
    return SiteFactory(slug="north")


@pytest.fixture
def system(site: Site) -> System:
    return a_system(site, scope="register-patient", role=Role.INTEGRATION)


def register(system: System, key: str, **more: str) -> Any:
    sent = {"site": "north", "mrn": "N-1", "family_name": "Example"} | more
    return system.client.post(WHERE, sent, format="json", headers={"idempotency-key": key})


def test_the_same_request_again_is_answered_as_the_first_time(system: System) -> None:
    first, again = register(system, "k1"), register(system, '"k1"')

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (again["Idempotency-Replayed"], "Idempotency-Replayed" in first) == ("true", False)
    assert Patient.objects.count() == 1


def test_the_key_with_another_request_is_refused(system: System) -> None:
    register(system, "k1")

    answer = register(system, "k1", mrn="N-2")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Patient.objects.count() == 1


def test_another_client_may_use_the_same_key(system: System, site: Site) -> None:
    register(system, "k1")

    answer = register(a_system(site, scope="register-patient"), "k1", mrn="N-2")

    assert answer.status_code == 201


def test_a_refusal_is_not_remembered(system: System) -> None:
    refused = register(system, "k1", family_name=" ", birth_date="1850-01-01")

    done = register(system, "k1")

    assert (refused.status_code, done.status_code) == (400, 201)


@pytest.mark.parametrize("key", ["x" * 256, "schlüssel"])
def test_what_is_no_key_is_refused(system: System, key: str) -> None:
    assert register(system, key).json()["code"] == "bad_header"


def test_a_revoked_role_replays_nothing(system: System) -> None:
    register(system, "k1")
    system.user.memberships.all().delete()

    assert register(system, "k1").json()["code"] == "role_missing"


def asked(digest: str = "d") -> Asked:
    return Asked(client="1/1", key="k", digest=digest)


def registering(site: Site) -> Callable[[], Answer]:
    def act() -> Answer:
        Patient.objects.create(site=site, mrn="N-1", family_name="E", created_at=timezone.now())
        return Answer(201, json.dumps({"done": True}))

    return act


def test_who_dies_in_the_middle_leaves_neither_the_deed_nor_its_memory(site: Site) -> None:
    act = registering(site)

    def die() -> Answer:
        act()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answer_once(asked=asked(), act=die, now=timezone.now())
    assert (Patient.objects.count(), KeptAnswer.objects.count()) == (0, 0)

    answer_once(asked=asked(), act=act, now=timezone.now())
    again = answer_once(asked=asked(), act=act, now=timezone.now())

    assert (Patient.objects.count(), again.is_repeated) == (1, True)


def test_answers_are_forgotten_after_a_day(site: Site) -> None:
    now = timezone.now()
    answer_once(asked=asked(), act=registering(site), now=now)

    early = forget_answers(now=now + timedelta(hours=23))
    late = forget_answers(now=now + timedelta(hours=25))

    assert (early, late, KeptAnswer.objects.count()) == (0, 1, 0)


@pytest.mark.django_db(transaction=True)
def test_sent_twice_at_once_it_is_done_once_and_answered_twice() -> None:
    act = registering(SiteFactory())

    answers = at_once(
        *[lambda: answer_once(asked=asked(), act=act, now=timezone.now()) for _ in range(3)]
    )

    assert sorted(answer.is_repeated for answer in answers) == [False, True, True]
    assert Patient.objects.count() == 1
