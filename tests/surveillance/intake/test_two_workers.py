"""Two workers that take in the same messages at once: each part once."""

from threading import Thread

import pytest
from django.db import connection

from surveillance.intake.applying import take_in_waiting_items
from surveillance.models import IntakeItem
from tests.factories import NOW
from tests.surveillance.intake.hospital_story import MINE, a_hospital, told


@pytest.mark.django_db(transaction=True)
def test_two_workers_take_each_part_in_once() -> None:
    hospital = a_hospital()
    hospital.admit(MINE, family_name="Okafor")
    for hour in range(6):
        hospital.say(told(hour, phone=f"{hour}"))

    workers = [Thread(target=_work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    statuses = dict(IntakeItem.objects.values_list("key", "status"))
    assert set(statuses.values()) <= {"APPLIED", "NOTHING_NEW"}
    assert set(IntakeItem.objects.values_list("attempts", flat=True)) == {1}
    hospital.patients[MINE].refresh_from_db()
    assert hospital.patients[MINE].phone == "5"


def _work() -> None:
    try:
        take_in_waiting_items(clock=lambda: NOW)
    finally:
        connection.close()
