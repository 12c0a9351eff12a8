"""What PID-29 and PID-30 say of a death, and what they do not say."""

from datetime import date

import pytest

from surveillance.arrivals import PatientArrival
from surveillance.intake.hl7v2.reading import read_message

DAY = date(2026, 8, 20)


def told(died_at: str, died: str, event: str = "A08") -> PatientArrival:
    """What a message says with these two fields."""
    pid = f"PID|1||100^^^NORTH^MR||Example^Robin||19600102|F{'|' * 21}{died_at}|{died}"
    lines = [f"MSH|^~\\&|PAS|NORTH|HEPCALC|NORTH|20260831080000||ADT^{event}|1|P|2.5.1", pid, ""]
    [part] = read_message("\r".join(lines).encode(), {}).parts
    assert isinstance(part, PatientArrival)
    return part


@pytest.mark.parametrize(
    ("died_at", "died", "deceased", "on"),
    [
        pytest.param("20260820", "Y", True, DAY, id="both"),
        pytest.param("20260820143000", "", True, DAY, id="a moment alone"),
        pytest.param("202608", "", True, None, id="a month alone"),
        pytest.param("", "Y", True, None, id="that alone"),
        pytest.param("00000000", "", None, None, id="zeros"),
        pytest.param("00000000000000", "N", False, None, id="zeros beside alive"),
        pytest.param("00000000", "Y", True, None, id="zeros beside dead"),
        pytest.param('""', '""', None, None, id="nulls"),
        pytest.param('""', "N", False, None, id="null beside alive"),
        pytest.param("99991231", "", None, None, id="the end of time"),
        pytest.param("20260231", "", None, None, id="no day of the calendar"),
        pytest.param("unknown", "U", None, None, id="words"),
        pytest.param("", "", None, None, id="silence"),
        pytest.param("20260820", "N", False, DAY, id="a contradiction, for a person"),
    ],
)
def test_a_death_is_a_date_or_a_yes(
    died_at: str, died: str, deceased: bool | None, on: date | None
) -> None:
    person = told(died_at, died).person

    assert (person.deceased, person.deceased_on) == (deceased, on)


@pytest.mark.parametrize(("event", "is_present"), [("A01", True), ("A04", True), ("A08", False)])
def test_who_is_admitted_or_registered_is_there(event: str, is_present: bool) -> None:
    assert told("", "", event).is_present is is_present
