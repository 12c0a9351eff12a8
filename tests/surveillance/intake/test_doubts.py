"""What cannot be true of the record that a message names waits for a person; nothing changes."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from patients.models import Patient, PatientStatus
from surveillance.arrivals import AppointmentState, Arrival, OrderState, PatientArrival
from surveillance.arrivals_json import arrival_from_json
from surveillance.models import FollowUp, IntakeItem
from surveillance.web.intake_words import item_view
from surveillance.workflows.replay_message import replay_message
from surveillance.workflows.set_item_aside import set_item_aside
from surveillance.workflows.take_in_again import take_in_again
from surveillance.workflows.withdraw_patient import withdraw_patient
from tests.factories import NOW, TODAY, UserFactory
from tests.surveillance.intake.hospital_story import (
    GIVEN_UP,
    MINE,
    Hospital,
    a_hospital,
    at,
    booked,
    diagnosed,
    joined,
    measured,
    ordered,
    settle,
    told,
)

pytestmark = pytest.mark.django_db

NEXT_WEEK, YESTERDAY = TODAY + timedelta(days=7), TODAY - timedelta(days=1)
LAST_WEEK = TODAY - timedelta(days=7)
STRANGER: dict[str, Any] = {
    "family_name": "Stranger", "given_name": "Somebody", "birth_date": date(1930, 1, 1),
}  # fmt: skip


@pytest.fixture
def hospital() -> Hospital:
    made = a_hospital()
    made.admit(
        MINE, family_name="Okafor", given_name="Ada", birth_date=date(1953, 10, 19), phone="111"
    )
    return made


def said(item: IntakeItem) -> tuple[str, str]:
    item.refresh_from_db()
    return item.status, item.code


def about(arrival: Any, **person: Any) -> Arrival:
    changed: Arrival = replace(arrival, person=replace(arrival.person, **person))
    return changed


def me() -> Patient:
    return Patient.objects.get(mrn=MINE)


def admitted(hours: int, **person: Any) -> PatientArrival:
    return replace(told(hours, **person), is_present=True)


def dead(hours: int = 10, on: date = LAST_WEEK) -> PatientArrival:
    return told(hours, deceased=True, deceased_on=on)


@pytest.mark.parametrize(
    "arrival",
    [
        pytest.param(told(1, deceased=True, deceased_on=LAST_WEEK), id="a death"),
        pytest.param(told(1, phone="222"), id="demographics"),
        pytest.param(ordered(1), id="an order"),
        pytest.param(booked(1, NEXT_WEEK), id="an appointment"),
        pytest.param(diagnosed(1, "chronic_hcv"), id="a fact of risk"),
        pytest.param(measured(1, "8"), id="a laboratory result"),
    ],
)
def test_another_name_and_birth_date_under_a_number_waits_until_a_person_says_whose_it_is(
    hospital: Hospital, arrival: Arrival
) -> None:
    before = (me().family_name, me().status)
    [item] = hospital.hear([about(arrival, **STRANGER)])

    assert said(item) == ("WAITING", "identity_contradicts")
    assert (me().family_name, me().status) == before
    assert "Okafor" not in item.reason
    assert "Stranger" not in item.reason

    lead = UserFactory()
    take_in_again(item=item, by=lead, now=NOW)
    settle()
    assert said(item) == ("WAITING", "identity_contradicts")

    take_in_again(item=item, patient=me(), by=lead, now=NOW)
    settle()
    assert said(item)[0] == "APPLIED"
    assert lead.get_full_name() in item_view(item).settled


@pytest.mark.parametrize(
    "corrected",
    [
        pytest.param({"family_name": "Byrne"}, id="married"),
        pytest.param({"birth_date": date(1953, 10, 18)}, id="a birth date mistyped"),
        pytest.param(STRANGER | {"birth_date": None}, id="no birth date to compare"),
        pytest.param(
            {"family_name": "Okáfor-Byrne", "birth_date": date(1953, 1, 1)}, id="the name agrees"
        ),
    ],
)
def test_a_name_or_a_birth_date_alone_is_a_correction(
    hospital: Hospital, corrected: dict[str, Any]
) -> None:
    [item] = hospital.hear([told(1, **corrected)])

    assert said(item) == ("APPLIED", "amended")


@pytest.mark.parametrize(
    ("person", "waits"),
    [
        pytest.param({"family_name": "Stranger", "given_name": "Bo"}, True, id="only a name"),
        pytest.param({"birth_date": date(1930, 1, 1)}, True, id="only a birth date"),
        pytest.param(
            {"family_name": "Byrne", "birth_date": date(1953, 10, 19)}, False, id="married"
        ),
        pytest.param({}, False, id="nothing beside the number"),
    ],
)
def test_a_death_that_nothing_vouches_for_and_something_contradicts_waits(
    hospital: Hospital, person: dict[str, Any], waits: bool
) -> None:
    [item] = hospital.hear([about(dead(1), **person)])

    assert (said(item) == ("WAITING", "identity_contradicts")) is waits
    assert (me().status == PatientStatus.DECEASED) is not waits


@pytest.mark.parametrize("arrival", [ordered(1), booked(1, NEXT_WEEK)])
def test_an_order_in_another_name_alone_rests_no_chase(
    hospital: Hospital, arrival: Arrival
) -> None:
    [item] = hospital.hear([about(arrival, family_name="Stranger", given_name="Bo")])

    assert said(item) == ("WAITING", "identity_contradicts")


def test_whom_a_person_chose_is_asked_again_when_the_message_is_read_anew(
    hospital: Hospital,
) -> None:
    [item] = hospital.hear([about(ordered(1, modality=None), **STRANGER)])
    take_in_again(item=item, patient=me(), by=UserFactory(), now=NOW)
    settle()
    assert said(item) == ("WAITING", "unclear_whether_it_serves")

    replay_message(
        message=item.message, parts=[about(ordered(1), **STRANGER)], by=UserFactory(), now=NOW
    )
    settle()

    assert said(item) == ("WAITING", "identity_contradicts")


def test_a_stranger_waits_once_however_often_they_are_told(hospital: Hospital) -> None:
    first, again, other = hospital.hear(
        [told(1, **STRANGER), told(2, **STRANGER), told(3, **STRANGER, phone="333")]
    )

    assert [said(one)[1] for one in (first, again, other)] == [
        "identity_contradicts", "waits_already", "identity_contradicts",
    ]  # fmt: skip
    [mine] = hospital.hear([told(0, family_name="Okafor-Byrne")])
    assert said(mine) == ("APPLIED", "amended")


def test_a_number_that_was_given_up_is_known_by_its_own_name_too(hospital: Hospital) -> None:
    maiden: dict[str, Any] = {"family_name": "Adeyemi", "birth_date": date(1953, 1, 1)}
    hospital.admit(GIVEN_UP, **maiden)
    hospital.hear([joined(1)])

    [item] = hospital.hear([about(booked(2, NEXT_WEEK, mrn=GIVEN_UP), **maiden)])

    assert said(item)[0] == "APPLIED"


@pytest.mark.parametrize(
    ("arrival", "words"),
    [
        pytest.param(told(20, deceased=False), "the sender says alive", id="alive"),
        pytest.param(admitted(20), "admits or registers", id="admitted"),
        pytest.param(admitted(20, deceased=False), "admits or registers", id="both"),
        pytest.param(ordered(20), "and this is of", id="ordered"),
        pytest.param(booked(20, NEXT_WEEK), "and this is of", id="booked"),
        pytest.param(
            booked(1, YESTERDAY, state=AppointmentState.FULFILLED), "and this is of", id="kept"
        ),
        pytest.param(
            replace(admitted(1), said_at=at(9)), "admits or registers", id="admitted the day after"
        ),
    ],
)
@pytest.mark.parametrize("comes_first", [False, True], ids=["after", "before"])
def test_a_sign_of_life_after_a_death_waits_and_undoes_nothing(
    hospital: Hospital, arrival: Arrival, words: str, comes_first: bool
) -> None:
    died = dead(10, on=at(0).date() - timedelta(days=1))
    story = [arrival, died] if comes_first else [died, arrival]

    item = hospital.hear(story)[0 if comes_first else 1]

    assert said(item) == ("WAITING", "deceased_on_file")
    assert words in item.reason
    assert me().status == PatientStatus.DECEASED


@pytest.mark.parametrize(
    "arrival",
    [
        pytest.param(told(9, deceased=False), id="alive, said before"),
        pytest.param(told(20), id="silence"),
        pytest.param(admitted(20, deceased=True), id="brought in dead"),
        pytest.param(ordered(9), id="ordered by somebody who had not heard"),
        pytest.param(ordered(20, ordered_on=LAST_WEEK), id="an order of that day"),
        pytest.param(ordered(20, state=OrderState.CANCELLED), id="cancelled order"),
        pytest.param(
            booked(20, NEXT_WEEK, state=AppointmentState.CANCELLED), id="cancelled appointment"
        ),
        pytest.param(booked(20, YESTERDAY, state=AppointmentState.NO_SHOW), id="not kept"),
    ],
)
def test_what_goes_with_a_death_waits_for_nobody(hospital: Hospital, arrival: Arrival) -> None:
    _died, item = hospital.hear([dead(), arrival])

    assert said(item)[0] == "NOTHING_NEW"


def test_said_before_the_death_it_is_not_called_known(hospital: Hospital) -> None:
    _died, item = hospital.hear([dead(), told(9, deceased=False)])

    assert said(item) == ("NOTHING_NEW", "told_otherwise")


def test_the_same_is_put_to_a_person_once_and_is_over_once_the_death_is_told_again(
    hospital: Hospital,
) -> None:
    _died, first, again = hospital.hear(
        [dead(), told(20, deceased=False, phone="222"), told(21, deceased=False, phone="333")]
    )
    assert [said(one) for one in (first, again)] == [
        ("WAITING", "deceased_on_file"),
        ("NOTHING_NEW", "waits_already"),
    ]

    hospital.hear([dead(30)])

    assert not IntakeItem.objects.waiting().exists()
    assert me().phone == "333"


def test_once_a_person_set_it_aside_the_same_is_not_asked_again(hospital: Hospital) -> None:
    _died, first = hospital.hear([dead(), told(20, deceased=False)])
    set_item_aside(item=first, reason="The family called.", by=UserFactory(), now=NOW)

    again, present = hospital.hear([told(21, deceased=False), admitted(22)])

    assert said(again) == ("NOTHING_NEW", "waits_already")
    assert said(present) == ("WAITING", "deceased_on_file")


def test_what_was_held_back_is_taken_in_once_the_status_is_put_right(hospital: Hospital) -> None:
    _died, *held = hospital.hear(
        [dead(), told(20, deceased=False), told(21, deceased=False, phone="333"), ordered(22)]
    )

    withdraw_patient(
        patient=me(),
        status=PatientStatus.ACTIVE,
        status_on=None,
        reason="Called: lives.",
        by=UserFactory(),
        now=NOW,
    )
    settle()

    assert [said(one)[0] for one in held] == ["NOTHING_NEW", "APPLIED", "APPLIED"]
    assert me().phone == "333"
    assert FollowUp.objects.open().get(kind="IMAGING").order_number == "O-1"


def test_alive_is_not_asked_against_a_death_that_a_person_recorded_later(
    hospital: Hospital,
) -> None:
    withdraw_patient(
        patient=me(),
        status=PatientStatus.DECEASED,
        status_on=LAST_WEEK,
        reason="The family called.",
        by=UserFactory(),
        now=NOW,
    )

    earlier, present = hospital.hear([told(20, deceased=False), admitted(50)])

    assert said(earlier) == ("NOTHING_NEW", "told_otherwise")
    assert said(present) == ("WAITING", "deceased_on_file")


def test_blood_drawn_after_the_day_of_death_waits(hospital: Hospital) -> None:
    _died, before, after = hospital.hear(
        [dead(), measured(20, "8", "L-1", LAST_WEEK), measured(21, "8", "L-2", YESTERDAY)]
    )

    assert (said(before)[0], said(after)) == ("APPLIED", ("WAITING", "deceased_on_file"))


def test_a_day_of_death_beside_alive_waits(hospital: Hospital) -> None:
    [item] = hospital.hear([told(1, deceased=False, deceased_on=LAST_WEEK)])

    assert said(item) == ("WAITING", "alive_and_dead")
    assert me().status == PatientStatus.ACTIVE


def test_a_death_before_an_exam_on_file_waits(hospital: Hospital) -> None:
    before_the_exam = TODAY - timedelta(days=70)

    item, again = hospital.hear([dead(1, on=before_the_exam), dead(2, on=before_the_exam)])

    assert said(item) == ("WAITING", "seen_after_death")
    assert said(again) == ("NOTHING_NEW", "waits_already")
    assert FollowUp.objects.open().exists()


def test_content_that_was_kept_before_reads_as_it_did() -> None:
    kept = {"kind": "PATIENT", "said_at": "2026-08-01T10:00:00+00:00"}

    silent = arrival_from_json(kept | {"person": {"mrn": "1"}})
    died = arrival_from_json(kept | {"person": {"mrn": "1", "deceased": True}})

    assert (silent.person.deceased, died.person.deceased) == (None, True)


XM5, OTHER = "XM5", "H-200"
CLOVER: dict[str, Any] = {
    "family_name": "Clover", "given_name": "Ivy", "birth_date": date(1956, 4, 29),
}  # fmt: skip


def test_a_number_merged_by_mistake_and_then_rightly_joins_nobody(hospital: Hospital) -> None:
    hospital.admit(OTHER, family_name="Okafor", given_name="Ada", birth_date=date(1953, 10, 19))

    first, second = hospital.hear([joined(1, MINE, XM5), joined(2, OTHER, XM5)])

    assert said(first) == ("APPLIED", "number_remembered")
    assert said(second) == ("WAITING", "number_given_up_twice")
    assert not Patient.objects.exclude(merged_into=None).exists()


@pytest.mark.parametrize("survivor", [OTHER, "H-300"], ids=["on file", "not on file"])
def test_a_record_that_was_merged_takes_its_survivor_nowhere(
    hospital: Hospital, survivor: str
) -> None:
    same: dict[str, Any] = {
        "family_name": "Okafor", "given_name": "Ada", "birth_date": date(1953, 10, 19),
    }  # fmt: skip
    hospital.admit(GIVEN_UP, **same)
    hospital.admit(OTHER, **same)

    _first, second, again = hospital.hear(
        [joined(1, MINE, GIVEN_UP), joined(2, survivor, GIVEN_UP), joined(3, MINE, GIVEN_UP)]
    )

    assert said(second) == ("WAITING", "number_given_up_twice")
    assert said(again) == ("NOTHING_NEW", "known_already")


def test_two_records_that_name_two_people_are_not_joined(hospital: Hospital) -> None:
    hospital.admit(GIVEN_UP, **CLOVER)

    [item] = hospital.hear([joined(1)])

    assert said(item) == ("WAITING", "identity_contradicts")
    assert not Patient.objects.exclude(merged_into=None).exists()


def test_a_merge_that_names_somebody_else_waits(hospital: Hospital) -> None:
    [item] = hospital.hear([about(joined(1), **CLOVER)])

    assert said(item) == ("WAITING", "identity_contradicts")


def test_a_death_said_before_a_merge_that_came_first_waits(hospital: Hospital) -> None:
    hospital.admit(GIVEN_UP, family_name="Okafor", given_name="Ada", birth_date=date(1953, 10, 19))

    _merge, death = hospital.hear([joined(20), told(10, GIVEN_UP, deceased=True)])

    assert said(death) == ("WAITING", "joined_since")
    assert me().status == PatientStatus.ACTIVE


def test_a_number_given_out_again_says_nothing_of_the_survivor(hospital: Hospital) -> None:
    hospital.admit(GIVEN_UP, family_name="Okafor", given_name="Ada", birth_date=date(1953, 10, 19))

    _merge, newcomer, death = hospital.hear(
        [joined(1), told(2, GIVEN_UP, **STRANGER), told(3, GIVEN_UP, **STRANGER, deceased=True)]
    )

    assert [said(one) for one in (newcomer, death)] == [("WAITING", "identity_contradicts")] * 2
    assert me().status == PatientStatus.ACTIVE
