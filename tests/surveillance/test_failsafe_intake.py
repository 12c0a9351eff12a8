"""What another system sent waits too long, or is not taken in."""

from datetime import timedelta

import pytest

from surveillance.failsafe import find_all
from surveillance.models import IntakeItem, StrayMessage
from surveillance.workflows.keep_stray import Sender, keep_stray
from surveillance.workflows.set_strays_aside import set_strays_aside
from tests.factories import NOW, MembershipFactory
from tests.surveillance.intake.hospital_story import a_hospital, told


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "age", "code"),
    [
        pytest.param("WAITING", timedelta(days=2), set(), id="waits for two days"),
        pytest.param("WAITING", timedelta(days=3), {"intake_waits"}, id="waits for three days"),
        pytest.param("RECEIVED", timedelta(minutes=50), set(), id="kept lately"),
        pytest.param("RECEIVED", timedelta(hours=1), {"intake_not_taken_in"}, id="never taken in"),
        pytest.param("SET_ASIDE", timedelta(days=9), set(), id="set aside"),
    ],
)
def test_what_is_not_taken_in_is_found(status: str, age: timedelta, code: set[str]) -> None:
    item = a_hospital().say(told(1))
    IntakeItem.objects.update(status=status, created_at=NOW - age, settled_reason="A test.")

    found = {each.code: each.subject_ids for each in find_all(now=NOW)}

    assert found.keys() & {"intake_waits", "intake_not_taken_in"} == code
    assert all(found[one] == (str(item.pk),) for one in code)


@pytest.mark.django_db
def test_a_message_of_an_unknown_sender_is_found_after_a_day_and_an_administrator_answers() -> None:
    administrator = MembershipFactory(administrator=True).user
    stranger = Sender(application="CT", facility="NORHT", message_type="ORU^R01")
    keep_stray(sender=stranger, raw=b"MSH|", now=NOW)
    stray = StrayMessage.objects.get()

    def found(age: timedelta) -> list[tuple[tuple[str, ...], int | None, int | None]]:
        return [
            (each.subject_ids, each.site, each.owner and each.owner.id)
            for each in find_all(now=NOW + age)
            if each.code == "unknown_sender_waits"
        ]

    assert found(timedelta(hours=23)) == []
    assert found(timedelta(days=1)) == [((str(stray.pk),), None, administrator.pk)]
    set_strays_aside(newest=stray, reason="A test.", by=administrator, now=NOW)
    assert found(timedelta(days=1)) == []
