"""Whatever order messages come in, the same is on file in the end."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from patients.models import AfpResult
from surveillance.arrivals import AppointmentState, Arrival, OrderState, Person, ResultState
from surveillance.models import IntakeItem, ItemStatus
from surveillance.protocol.laboratory import LaboratoryTest
from surveillance.protocol.terms import Tri
from tests.factories import TODAY
from tests.surveillance.intake.hospital_story import (
    GIVEN_UP,
    MINE,
    a_hospital,
    booked,
    diagnosed,
    joined,
    measured,
    ordered,
    seen_by_clinicians,
    told,
)

pytestmark = pytest.mark.django_db

NEXT_WEEK, IN_TWO_WEEKS = TODAY + timedelta(days=7), TODAY + timedelta(days=14)
YESTERDAY = TODAY - timedelta(days=1)
CANCELLED = {"state": AppointmentState.CANCELLED}

DEMOGRAPHICS = [
    told(1, family_name="Okafor", phone="111", address="1 Hill", city="Cork"),
    told(5, family_name="Okafor", phone=""),
    told(9, family_name="Okafor-Byrne", address="2 Quay"),
]
CHASE = [
    ordered(2),
    booked(3, IN_TWO_WEEKS),
    booked(6, NEXT_WEEK),
    booked(20, NEXT_WEEK, **CANCELLED, reason="scanner down"),
    booked(21, YESTERDAY, "A-2"),
    booked(150, YESTERDAY, "A-2", state=AppointmentState.NO_SHOW),
    booked(152, IN_TWO_WEEKS, "A-3"),
]
ORDERS = [
    ordered(2, "O-1"),
    ordered(4, "O-2"),
    ordered(6, "O-2", state=OrderState.CANCELLED, reason="duplicate"),
    ordered(8, "O-1", state=OrderState.CANCELLED, reason="patient asked"),
]
DIAGNOSES = [
    diagnosed(1, "chronic_hbv", on=date(2026, 8, 20)),
    diagnosed(3, "chronic_hcv", on=date(2026, 8, 10)),
    diagnosed(7, "chronic_hbv", Tri.NO, on=date(2026, 8, 15)),
    diagnosed(8, "cirrhosis", Tri.NO, on=date(2026, 8, 1)),
]
MERGED = [
    ordered(1, mrn=GIVEN_UP),
    told(2, GIVEN_UP, phone="222"),
    diagnosed(3, "chronic_hcv", mrn=GIVEN_UP),
    joined(10),
    booked(12, NEXT_WEEK),
]
DEATH = [ordered(2), booked(6, NEXT_WEEK), told(30, deceased=True, deceased_on=YESTERDAY), told(40)]
EGFR: dict[str, Any] = {"test": LaboratoryTest.EGFR}
LABORATORY = [
    measured(1, "8", "L-1", date(2026, 8, 3)),
    measured(2, "11", "L-2", date(2026, 8, 17)),
    measured(4, "45", "L-2", date(2026, 8, 17), state=ResultState.CORRECTED),
    measured(5, "45", "L-2", date(2026, 8, 17), state=ResultState.CORRECTED),
    measured(9, "60", "L-3", date(2026, 8, 24), rising=True),
]
KIDNEYS = [
    measured(1, "25", "K-1", date(2026, 8, 3), **EGFR),
    measured(2, "25", "K-2", date(2026, 8, 17), **EGFR),
    measured(3, "70", "K-3", date(2026, 8, 10), **EGFR),
    measured(4, "64", "K-4", date(2026, 8, 24), **EGFR),
    measured(5, "55", "K-4 black", date(2026, 8, 24), **EGFR),
    measured(7, "28", "K-4", date(2026, 8, 24), state=ResultState.CORRECTED, **EGFR),
    diagnosed(8, "chronic_hbv", on=date(2026, 8, 12)),
]


STRANGER: dict[str, Any] = {
    "family_name": "Stranger", "given_name": "X", "birth_date": date(1930, 1, 1),
}  # fmt: skip
SOMEBODY_ELSE = [
    told(1, **STRANGER, deceased=True, deceased_on=YESTERDAY),
    replace(ordered(2), person=Person(mrn=MINE, **STRANGER)),
    replace(booked(3, IN_TWO_WEEKS), person=Person(mrn=MINE, **STRANGER)),
    ordered(4),
    told(5, phone="222"),
]
ALIVE = [
    ordered(2),
    told(30, deceased=True, deceased_on=YESTERDAY),
    told(40, deceased=False),
    told(45, deceased=True, deceased_on=YESTERDAY),
    told(50, deceased=False),
    told(60, deceased=False),
    replace(told(70), is_present=True),
    ordered(80, "O-9", ordered_on=TODAY),
    booked(90, TODAY, "A-9", state=AppointmentState.FULFILLED),
]
VOUCHED_FOR = [
    ordered(2),
    booked(3, NEXT_WEEK, procedure="CHRG 4711", order_number="O-1"),
    ordered(4, state=OrderState.CANCELLED, reason="duplicate"),
]
AT_ONE_MOMENT = [
    ordered(2), ordered(2, state=OrderState.CANCELLED), booked(3, NEXT_WEEK),
    booked(3, NEXT_WEEK, **CANCELLED),
]  # fmt: skip


def state_after(arrivals: list[Arrival], *mrns: str) -> dict[str, Any]:
    """From the same beginning each time: nothing of it stays in the database."""
    with transaction.atomic():
        hospital = a_hospital()
        for number, mrn in enumerate(mrns):
            hospital.admit(mrn, family_name=f"Case {number}")
        hospital.hear(arrivals)
        seen = seen_by_clinicians(hospital)
        transaction.set_rollback(True)
    return seen


@pytest.mark.parametrize(
    ("story", "mrns"),
    [
        pytest.param([*DEMOGRAPHICS, *DIAGNOSES], [MINE], id="who it is and what they have"),
        pytest.param([*CHASE, *DIAGNOSES[1:3]], [MINE], id="booked, moved, cancelled, missed"),
        pytest.param(ORDERS, [MINE], id="orders"),
        pytest.param([*LABORATORY, *CHASE[:2]], [MINE], id="AFP, corrected upwards"),
        pytest.param(KIDNEYS, [MINE], id="eGFR, corrected downwards"),
        pytest.param([*LABORATORY, KIDNEYS[0], joined(20)], [MINE, GIVEN_UP], id="AFP, merged"),
        pytest.param(MERGED, [MINE], id="merged with a number that is not on file"),
        pytest.param(MERGED, [GIVEN_UP], id="merged into a number that is not on file"),
        pytest.param(MERGED, [MINE, GIVEN_UP], id="two records merged"),
        pytest.param([*MERGED, *DEATH[2:]], [MINE, GIVEN_UP], id="merged, then died"),
        pytest.param([*DEATH, *DIAGNOSES[:1]], [MINE], id="died"),
    ],
)
def test_the_order_in_which_messages_come_does_not_matter(
    story: list[Arrival], mrns: list[str]
) -> None:
    in_order = state_after(sorted(story, key=lambda one: one.said_at), *mrns)

    @settings(max_examples=4)
    @given(st.permutations(story))
    def comes_in(order: list[Arrival]) -> None:
        assert state_after(order, *mrns) == in_order

    comes_in()
    assert state_after(list(reversed(story)), *mrns) == in_order
    assert not in_order["waiting"]


@settings(max_examples=12)
@given(
    st.permutations(
        [
            measured(1, "45", "L-1"),
            measured(2, "60", "L-1", state=ResultState.CORRECTED),
            measured(3, "8", "L-1", state=ResultState.CORRECTED),
            measured(4, None, "L-1"),
            measured(5, "9", "L-2", TODAY - timedelta(days=2)),
        ]
    )
)
def test_a_raised_result_that_was_taken_back_waits_or_was_never_on_file(
    order: list[Arrival],
) -> None:
    """What was acted on is not taken away by a machine; what was overtaken is not acted on."""
    with transaction.atomic():
        hospital = a_hospital()
        hospital.admit(MINE)
        hospital.hear(order)
        raised = AfpResult.objects.filter(value_ng_ml__gte=20).exists()
        waits = IntakeItem.objects.filter(status=ItemStatus.WAITING).exists()
        transaction.set_rollback(True)

    assert waits or not raised


@pytest.mark.parametrize(
    ("story", "waits"),
    [
        pytest.param(SOMEBODY_ELSE, ["APPOINTMENT", "ORDER", "PATIENT"], id="somebody else"),
        pytest.param(ALIVE, ["APPOINTMENT", "ORDER", "PATIENT", "PATIENT"], id="dead and alive"),
        pytest.param(VOUCHED_FOR, ["APPOINTMENT"], id="an order that vouched for an appointment"),
        pytest.param(AT_ONE_MOMENT, [], id="placed and cancelled at one moment"),
    ],
)
def test_what_is_put_to_a_person_does_not_depend_on_the_order(
    story: list[Arrival], waits: list[str]
) -> None:
    in_order = state_after(sorted(story, key=lambda one: one.said_at), MINE)

    @settings(max_examples=8)
    @given(st.permutations(story))
    def comes_in(order: list[Arrival]) -> None:
        assert state_after(order, MINE) == in_order

    comes_in()
    assert state_after(list(reversed(story)), MINE) == in_order
    assert [kind for kind, _code in in_order["waiting"]] == waits
