"""Nothing was said later than it came, whoever sends it and in whatever format."""

from datetime import timedelta

import pytest

from surveillance.believed_moments import TOLERATED
from surveillance.intake.fhir_feed import read_of_feed
from surveillance.models import IntakeFeed, IntakeItem, MessageFormat, StrayMessage
from surveillance.workflows.adopt_stray import adopt_stray
from surveillance.workflows.keep_message import Envelope
from surveillance.workflows.keep_messages import Received, keep_messages
from surveillance.workflows.replay_message import replay_message
from tests.factories import NOW
from tests.surveillance.intake.fhir.scenes import as_bytes, patient
from tests.surveillance.intake.hl7v2.wire import feed, keep_at_now, oru
from tests.surveillance.intake.hospital_story import Hospital, a_hospital, booked, ordered

FAR = timedelta(days=3650)


@pytest.fixture
def hospital(db: None) -> Hospital:
    return a_hospital()


def envelope(number: str) -> Envelope:
    return Envelope(message_type="test", control_id=number, sent_at=None, raw=number.encode())


def hours_of(when: timedelta) -> int:
    """As `ordered` counts: from a week before NOW."""
    return int((timedelta(days=7) + when).total_seconds() // 3600)


@pytest.mark.parametrize("ahead", [-TOLERATED, timedelta(0), TOLERATED])
def test_a_clock_that_is_kept_right_is_believed(hospital: Hospital, ahead: timedelta) -> None:
    item = hospital.say(ordered(hours_of(timedelta(0))), now=NOW - ahead)

    assert item.said_at == NOW


def test_of_messages_that_come_together_the_first_to_come_was_said_first(
    hospital: Hospital,
) -> None:
    parts = [ordered(hours_of(FAR), "O-1"), ordered(hours_of(FAR) - 5, "O-2")]

    keep_messages(
        received=[
            Received(feed=hospital.feed, envelope=envelope(part.order_number), parts=[part])
            for part in parts
        ],
        now=NOW,
    )

    found = IntakeItem.objects.order_by("said_at")
    assert [item.key for item in found] == ["O-1", "O-2"]
    assert all(abs(item.said_at - NOW) < timedelta(seconds=1) for item in found if item.said_at)


def test_read_again_or_adopted_it_counts_as_said_when_it_came(hospital: Hospital) -> None:
    item = hospital.say(ordered(hours_of(FAR), modality=None))
    IntakeItem.objects.update(status="WAITING")
    replay_message(message=item.message, parts=[ordered(hours_of(FAR))], by=None, now=NOW + FAR)
    stray = StrayMessage.objects.create(digest="0" * 64, received_at=NOW, raw=b"x")
    adopt_stray(
        stray=stray,
        feed=hospital.feed,
        envelope=envelope("s"),
        parts=[booked(hours_of(FAR), NOW.date())],
        now=NOW + FAR,
    )

    assert set(IntakeItem.objects.values_list("said_at", flat=True)) == {NOW}


@pytest.mark.django_db(transaction=True)
def test_the_acknowledgement_warns_of_a_clock_that_is_ahead() -> None:
    feed()
    right, ahead = oru("1"), oru("2").replace(b"|20260831075900|", b"|20360831075900|")

    first, second = keep_at_now([right, ahead])

    assert b"clock_ahead" not in (first or b"")
    assert b"\rMSA|AA|2|" in (second or b"")
    assert b"|W|clock_ahead|" in (second or b"")


@pytest.mark.django_db
def test_the_outcome_warns_of_a_clock_that_is_ahead(hospital: Hospital) -> None:
    of_fhir = IntakeFeed(site=hospital.site, name="F", format=MessageFormat.FHIR_R4, mapping={})
    told = {"meta": {"lastUpdated": (NOW + FAR).isoformat()}}

    [entry] = read_of_feed(as_bytes(patient(**told)), of_fhir, received_at=NOW).entries
    [right] = read_of_feed(as_bytes(patient()), of_fhir, received_at=NOW).entries

    assert [(one.code, one.severity.value) for one in entry.problems] == [
        ("clock_ahead", "warning")
    ]
    assert (right.problems, entry.is_refused) == ((), False)
