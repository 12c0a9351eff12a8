"""What is kept of a message, and what is answered: never AA for what is not on file."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection

from surveillance.intake.hl7v2 import guarded_reading, keeping
from surveillance.intake.hl7v2.reading import read_message
from surveillance.intake.hl7v2.strays import adopt_strays
from surveillance.models import IntakeFeed, IntakeItem, IntakeMessage, ItemStatus, StrayMessage
from surveillance.workflows import keep_stray
from surveillance.workflows.keep_message import keep_message
from surveillance.workflows.keep_messages import Received, keep_messages
from tests.factories import NOW
from tests.surveillance.intake.hl7v2.wire import (
    PLANTED_NAME,
    about,
    code_of,
    feed,
    keep_at_now,
    oru,
)

OWN = {"id", "message_id", "site_id"}

pytestmark = pytest.mark.django_db(transaction=True)


def codes(*raws: bytes) -> list[str]:
    """The code of each answer; nothing where there is none."""
    return [code_of(answer or b"") for answer in keep_at_now(raws)]


@contextmanager
def refusing(table: str, when: str) -> Iterator[None]:
    """The database refuses some rows of a table meanwhile."""
    name = f"refuse_{table}"
    statements = {
        "sqlite": (
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {when} "
            "BEGIN SELECT RAISE(ABORT, 'planted'); END",
            f"DROP TRIGGER {name}",
        ),
        "postgresql": (
            f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (NOT ({when})) NOT VALID",
            f"ALTER TABLE {table} DROP CONSTRAINT {name}",
        ),
    }
    begin, end = statements[connection.vendor]
    if connection.vendor == "postgresql":
        begin = begin.replace("NEW.", "")
    with connection.cursor() as cursor:
        cursor.execute(begin)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(end)


def test_several_are_kept_together_and_each_is_answered_by_its_own_number() -> None:
    feed()

    answers = keep_at_now([oru("1"), b"GET / HTTP/1.1", oru("2")])

    assert [code_of(answer or b"") for answer in answers] == ["AA", "AR", "AA"]
    assert [about(answer or b"") for answer in answers] == ["1", "", "2"]
    assert set(IntakeMessage.objects.values_list("control_id", flat=True)) == {"1", "2"}
    assert [bytes(row.raw) for row in IntakeMessage.objects.order_by("control_id")] == [
        oru("1"),
        oru("2"),
    ]
    assert set(IntakeItem.objects.values_list("status", flat=True)) == {ItemStatus.RECEIVED}


def test_the_same_message_twice_is_one_whether_in_one_group_or_later() -> None:
    feed()

    together, later = codes(oru("1"), oru("1")), codes(oru("1"))

    assert together + later == ["AA"] * 3
    assert IntakeMessage.objects.count() == 1
    assert IntakeItem.objects.count() == 1


def test_words_and_bytes_are_kept_as_they_came_whatever_signs_they_hold() -> None:
    feed()
    signs = "NULL, \"quoted\", {{1,2}}, 'one', C:\\TEMP\\, 50 %, %s, ñ, 肝"

    assert codes(oru('1"}', text=signs), oru("NULL", text="")) == ["AA", "AA"]
    kept = IntakeItem.objects.get(message__control_id='1"}')
    assert (kept.key, kept.content["text"]) == ('ACC1"}', signs)
    assert bytes(kept.message.raw) == oru('1"}', text=signs)
    assert IntakeMessage.objects.filter(control_id="NULL").exists()


def test_a_group_is_kept_as_each_of_its_messages_would_be_alone() -> None:
    first = feed()
    second = IntakeFeed.objects.create(site=first.site, name="CT", sending_application="CT")
    columns = [one.attname for one in IntakeItem._meta.fields if one.attname not in OWN]
    read = [read_message(raw, {}) for raw in (oru("1"), oru("2", text=""), oru(""))]

    keep_messages(received=[Received(feed=first, envelope=one.envelope, parts=one.parts)
                            for one in read], now=NOW)  # fmt: skip
    alone = [keep_message(feed=second, envelope=one.envelope, parts=one.parts, now=NOW)
             for one in read]  # fmt: skip

    assert all(one.created for one in alone)
    together = IntakeItem.objects.filter(message__feed=first)
    apart = IntakeItem.objects.filter(message__feed=second)
    assert list(together.order_by("key").values(*columns)) == list(
        apart.order_by("key").values(*columns)
    )
    assert {one.status for one in together} == {ItemStatus.RECEIVED, ItemStatus.WAITING}


def test_the_same_number_with_other_bytes_is_another_message() -> None:
    feed()

    codes(oru("1", text="first"), oru("1", text="second"))

    assert IntakeMessage.objects.count() == 2


def test_a_message_that_the_database_refuses_spoils_no_other_and_is_kept_as_bytes() -> None:
    feed()

    with refusing("surveillance_intakeitem", "NEW.key = 'ACC2'"):
        found = codes(oru("1"), oru("2"), oru("3"))

    assert found == ["AA"] * 3
    assert IntakeMessage.objects.count() == 3
    waiting = IntakeItem.objects.get(message__control_id="2")
    assert (waiting.status, waiting.code) == (ItemStatus.WAITING, "not_storable")


def test_a_zero_byte_in_a_report_does_not_stop_the_feed() -> None:
    feed()

    assert codes(oru("1", text="a\x00b"), oru("2")) == ["AA", "AA"]
    assert IntakeMessage.objects.count() == 2
    assert bytes(IntakeMessage.objects.get(control_id="1").raw) == oru("1", text="a\x00b")


def test_what_breaks_the_reader_is_kept_and_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    feed()

    def broken(*_: object) -> None:
        raise ZeroDivisionError(PLANTED_NAME)

    monkeypatch.setattr(guarded_reading, "read_message", broken)

    assert codes(oru("1")) == ["AA"]
    assert IntakeItem.objects.get().code == "reader_failed"


def test_while_the_database_is_away_nothing_is_answered_and_nothing_is_said_to_be_kept(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    feed()

    def away(**_: object) -> None:
        connection.close()
        raise OperationalError(f"server closed the connection: {PLANTED_NAME}")

    monkeypatch.setattr(keeping, "keep_message", away)
    monkeypatch.setattr(keeping, "keep_messages", away)
    with caplog.at_level(logging.CRITICAL):
        answers = keep_at_now([oru("1"), oru("2"), b"junk"])
    monkeypatch.undo()

    assert answers[:2] == [None, None]
    assert code_of(answers[2] or b"") == "AR"
    assert not IntakeMessage.objects.exists()
    assert codes(oru("1"), oru("2")) == ["AA", "AA"]


def test_an_unknown_sender_is_told_and_its_message_is_taken_over_once_it_is_a_feed() -> None:
    stranger = oru("1", application="CT", text="a\x00b" if connection.vendor == "sqlite" else "x")

    refused = keep_at_now([stranger, stranger, oru("2", application="CT\x00")])

    assert [code_of(answer or b"") for answer in refused] == ["AE"] * 3
    assert b"name no feed" in (refused[0] or b"")
    assert StrayMessage.objects.filter(adopted_at=None).count() == 2
    assert adopt_strays(lambda: NOW) == 0
    known = feed()
    known.sending_application = "CT"
    known.save()

    assert adopt_strays(lambda: NOW) == 2
    assert adopt_strays(lambda: NOW) == 0
    assert set(known.messages.values_list("control_id", flat=True)) == {"1", "2"}
    assert {bytes(row.raw) for row in StrayMessage.objects.all()} == {b""}
    assert codes(stranger) == ["AA"]
    assert IntakeMessage.objects.count() == 2


def test_strangers_cannot_fill_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep_stray, "MOST_STRAYS", 2)

    found = codes(*(oru(str(number), application="CT") for number in range(4)))

    assert found == ["AE", "AE", "AE", "AR"]
    assert StrayMessage.objects.count() == 3
