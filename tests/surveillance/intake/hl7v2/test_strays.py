"""Messages of unknown senders: set aside by a person, undone, emptied, and taken over by a feed."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError

from patients.models import AuditEvent
from surveillance.intake.hl7v2.keeping import keep_all, read_all
from surveillance.intake.hl7v2.strays import adopt_strays
from surveillance.models import IntakeMessage, StrayAside, StrayMessage
from surveillance.workflows import keep_stray, set_strays_aside, undo_strays_aside
from surveillance.workflows.administrators_only import NotAnAdministrator
from surveillance.workflows.empty_old_messages import empty_old_messages
from surveillance.workflows.set_item_aside import SetAsideWithoutReason
from surveillance.workflows.set_strays_aside import NothingOfSenderWaits
from surveillance.workflows.undo_strays_aside import AsideEmptied
from tests.factories import NOW, MembershipFactory
from tests.surveillance.intake.hl7v2.wire import code_of, feed, oru

DAY = timedelta(days=1)
WHY = "The CT's test system."

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def administrator() -> User:
    user: User = MembershipFactory(administrator=True).user
    return user


def receive(*numbers: str, application: str = "CT", days: int = 0) -> list[bytes]:
    """The answers to messages that came so many days after `NOW`."""
    raws = [oru(number, application=application) for number in numbers]
    return [answer or b"" for answer in keep_all(read_all(raws, lambda: NOW + days * DAY))]


def newest(application: str = "CT") -> StrayMessage:
    rows = StrayMessage.objects.waiting().filter(sending_application=application)
    return rows.order_by("-received_at", "-pk")[0]


def set_aside(by: User, *, days: int = 0, reason: str = WHY) -> StrayAside:
    at = NOW + days * DAY
    return set_strays_aside.set_strays_aside(newest=newest(), reason=reason, by=by, now=at)


def undo(aside: StrayAside, by: User, *, days: int = 0) -> int:
    return undo_strays_aside.undo_strays_aside(aside=aside, by=by, now=NOW + days * DAY)


def waiting() -> int:
    return StrayMessage.objects.waiting().count()


def register() -> None:
    """The CT becomes a feed."""
    known = feed()
    known.sending_application = "CT"
    known.save()


def test_all_of_one_sender_is_set_aside_and_the_bytes_stay(administrator: User) -> None:
    receive("1", "2")
    receive("3", application="MR")

    aside = set_aside(administrator)

    assert set(aside.messages.values_list("raw", flat=True)) == {
        oru("1", application="CT"),
        oru("2", application="CT"),
    }
    assert (aside.set_aside_by, aside.set_aside_at, aside.reason) == (administrator, NOW, WHY)
    assert waiting() == 1
    event = AuditEvent.objects.get(action="unknown_sender_set_aside")
    assert (event.subject_id, event.detail) == (str(aside.pk), {"count": 2})


def test_what_came_after_the_page_was_opened_and_what_comes_later_waits(
    administrator: User,
) -> None:
    receive("1")
    seen = newest()
    receive("2", days=1)

    set_strays_aside.set_strays_aside(newest=seen, reason=WHY, by=administrator, now=NOW + DAY)
    receive("3", days=2)

    assert waiting() == 2


def test_setting_aside_twice_equals_once(administrator: User) -> None:
    receive("1")
    seen = newest()

    made = [
        set_strays_aside.set_strays_aside(newest=seen, reason=WHY, by=administrator, now=NOW)
        for _ in range(2)
    ]

    assert made[0] == made[1]
    assert StrayAside.objects.count() == 1
    assert AuditEvent.objects.filter(action="unknown_sender_set_aside").count() == 1


def test_setting_aside_is_refused_without_reason_or_role_and_where_nothing_waits(
    administrator: User,
) -> None:
    receive("1")
    seen, lead = newest(), MembershipFactory(lead_navigator=True).user

    with pytest.raises(SetAsideWithoutReason):
        set_aside(administrator, reason="  ")
    with pytest.raises(NotAnAdministrator):
        set_aside(lead)
    assert waiting() == 1
    set_aside(administrator)
    with pytest.raises(NothingOfSenderWaits):
        set_strays_aside.set_strays_aside(newest=seen, reason="Another.", by=administrator, now=NOW)

    assert StrayAside.objects.count() == 1


def test_nothing_is_set_aside_when_the_trail_cannot_be_written(
    administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive("1")

    def broken(*_: object, **__: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(set_strays_aside, "record_events", broken)
    with pytest.raises(IntegrityError):
        set_aside(administrator)

    assert waiting() == 1
    assert not StrayAside.objects.exists()


def test_undone_it_waits_again_and_twice_equals_once(administrator: User) -> None:
    receive("1", "2")
    aside = set_aside(administrator)

    counts = [undo(aside, administrator, days=1) for _ in range(2)]

    aside.refresh_from_db()
    assert counts == [2, 0]
    assert (aside.undone_by, aside.undone_at) == (administrator, NOW + DAY)
    assert waiting() == 2
    assert AuditEvent.objects.filter(action="unknown_sender_taken_back").count() == 1


def test_undoing_is_refused_without_role_and_once_it_was_emptied(administrator: User) -> None:
    receive("1")
    aside, lead = set_aside(administrator), MembershipFactory(lead_navigator=True).user

    with pytest.raises(NotAnAdministrator):
        undo(aside, lead)
    empty_old_messages(now=NOW + 91 * DAY)
    with pytest.raises(AsideEmptied):
        undo(aside, administrator, days=92)

    aside.refresh_from_db()
    assert aside.undone_at is None
    assert waiting() == 0


def test_bytes_are_emptied_90_days_after_they_were_set_aside_and_never_while_they_wait(
    administrator: User,
) -> None:
    receive("1")
    set_aside(administrator, days=200)
    receive("2", days=200)

    counts = [empty_old_messages(now=NOW + days * DAY) for days in (290, 291, 999)]

    assert counts == [0, 1, 0]
    emptied, kept = StrayMessage.objects.order_by("received_at")
    assert (bytes(emptied.raw), emptied.emptied_at) == (b"", NOW + 291 * DAY)
    assert bytes(kept.raw) == oru("2", application="CT")


def test_what_was_undone_is_not_emptied(administrator: User) -> None:
    receive("1")
    undo(set_aside(administrator), administrator)

    assert empty_old_messages(now=NOW + 200 * DAY) == 0
    assert bytes(newest().raw) == oru("1", application="CT")


def test_the_same_bytes_again_stay_aside_until_they_were_emptied_then_wait_anew(
    administrator: User,
) -> None:
    receive("1")
    set_aside(administrator)

    [told] = receive("1", days=1)
    stayed = waiting()
    empty_old_messages(now=NOW + 91 * DAY)
    [again] = receive("1", days=92)

    assert code_of(told) == code_of(again) == "AE"
    assert b"Set aside by an administrator" in told
    assert b"register the sender as a feed" in again
    assert stayed == 0
    kept = StrayMessage.objects.get()
    assert (kept.received_at, bytes(kept.raw)) == (NOW + 92 * DAY, oru("1", application="CT"))
    assert waiting() == 1


def test_the_answer_says_what_to_do_in_its_first_letters_and_names_the_sender() -> None:
    [told] = receive("1")

    assert b'It names itself "CT", "NORTH".' in told
    [msa] = [line for line in told.split(b"\r") if line.startswith(b"MSA")]
    assert msa.endswith(b"|MSH-3 and MSH-4 name no feed. Kept, not taken in: register the sender "
                        b"as a feed.")  # fmt: skip


def test_what_was_set_aside_makes_room(
    administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep_stray, "MOST_STRAYS", 1)
    receive("1", "2")
    [refused] = receive("3")

    set_aside(administrator)
    [kept] = receive("3")

    assert (code_of(refused), code_of(kept)) == ("AR", "AE")
    assert b"Not kept" in refused


def test_a_feed_takes_over_what_waits_and_what_was_set_aside_only_once_that_is_undone(
    administrator: User,
) -> None:
    receive("1")
    aside = set_aside(administrator)
    receive("2", days=1)
    register()

    first = adopt_strays(lambda: NOW + DAY)
    taken = set(IntakeMessage.objects.values_list("control_id", flat=True))
    undo(aside, administrator, days=2)
    second = adopt_strays(lambda: NOW + 2 * DAY)

    assert (first, taken, second) == (1, {"2"}, 1)
    assert IntakeMessage.objects.count() == 2
    assert {bytes(row.raw) for row in StrayMessage.objects.all()} == {b""}


def test_what_was_set_aside_and_comes_again_to_the_feed_is_one_message(
    administrator: User,
) -> None:
    receive("1")
    aside = set_aside(administrator)
    register()

    [taken] = receive("1", days=1)
    undo(aside, administrator, days=2)
    adopt_strays(lambda: NOW + 2 * DAY)

    assert code_of(taken) == "AA"
    assert IntakeMessage.objects.count() == 1
