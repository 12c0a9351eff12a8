"""What another system sent waits too long, or is not taken in."""

from datetime import timedelta

import pytest

from surveillance.failsafe import find_all
from surveillance.models import IntakeItem
from tests.factories import NOW
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
