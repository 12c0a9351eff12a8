"""Postal addresses: how they are printed, and what happens when mail comes back from one."""

from datetime import date

import pytest

from patients.models import AuditEvent, Patient
from patients.workflows import note_returned_address as noting
from patients.workflows.amend_demographics import amend_demographics
from patients.workflows.field_rules import DayOutsideLife
from patients.workflows.note_returned_address import note_returned_address
from tests.factories import NOW, TODAY, PatientFactory, UserFactory


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        pytest.param(
            {"address": "1 Example Street\n\n Flat 4 ", "city": "Sampleville", "region": "NY",
             "postal_code": "00000", "country": "USA"},
            ("1 Example Street", "Flat 4", "Sampleville, NY 00000", "USA"),
            id="all parts",
        ),
        pytest.param(
            {"address": "1 Example Street\nExampleton\nZZ9 9ZZ"},
            ("1 Example Street", "Exampleton", "ZZ9 9ZZ"),
            id="one text",
        ),
        pytest.param({"city": "Exampleton"}, ("Exampleton",), id="no street"),
        pytest.param({}, (), id="nothing"),
    ],
)  # fmt: skip
def test_address_is_printed_line_by_line(fields: dict[str, str], lines: tuple[str, ...]) -> None:
    patient = Patient(**fields)

    assert patient.postal_lines == lines
    assert patient.has_postal_address is (len(lines) > 1)


def test_street_alone_and_more_lines_than_the_window_shows_are_no_address() -> None:
    assert not Patient(address="1 Example Street").has_postal_address
    assert Patient(address="1\n2\n3\n4\n5", city="6").has_postal_address
    assert not Patient(address="1\n2\n3\n4\n5\n6", city="7").has_postal_address


@pytest.mark.django_db
class TestReturnedAddress:
    def test_day_is_on_record_with_history_and_audit(self) -> None:
        patient, clerk = PatientFactory(), UserFactory()

        stored = note_returned_address(patient=patient, on=TODAY, by=clerk, now=NOW)

        assert stored.address_returned_on == TODAY
        newest = stored.history.latest("history_id")
        assert (newest.history_user, newest.history_change_reason) == (clerk, "address_returned")
        event = AuditEvent.objects.get()
        assert (event.action, event.patient_id) == ("address_returned", str(patient.pk))

    def test_same_day_again_changes_nothing(self) -> None:
        patient = PatientFactory()

        note_returned_address(patient=patient, on=TODAY, by=None, now=NOW)
        note_returned_address(patient=patient, on=TODAY, by=None, now=NOW)

        assert AuditEvent.objects.count() == 1

    def test_future_is_refused(self) -> None:
        with pytest.raises(DayOutsideLife):
            note_returned_address(patient=PatientFactory(), on=date(2026, 9, 1), by=None, now=NOW)

    def test_nothing_stays_when_the_audit_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        patient = PatientFactory()
        monkeypatch.setattr(noting, "record_event", lambda *_a, **_k: 1 / 0)

        with pytest.raises(ZeroDivisionError):
            note_returned_address(patient=patient, on=TODAY, by=None, now=NOW)

        patient.refresh_from_db()
        assert patient.address_returned_on is None

    def test_address_found_right_is_used_again(self) -> None:
        patient = PatientFactory(address_returned_on=TODAY)

        note_returned_address(patient=patient, on=None, by=None, now=NOW)

        patient.refresh_from_db()
        assert patient.address_returned_on is None
        assert AuditEvent.objects.get().action == "address_confirmed"

    def test_corrected_address_is_used_again(self) -> None:
        patient = PatientFactory(address_returned_on=TODAY)

        amend_demographics(patient=patient, changes={"phone": "1"}, by=None, now=NOW)
        patient.refresh_from_db()
        assert patient.address_returned_on == TODAY

        amend_demographics(patient=patient, changes={"city": "Elsewhere"}, by=None, now=NOW)
        patient.refresh_from_db()
        assert patient.address_returned_on is None
        assert patient.history.latest("history_id").city == "Elsewhere"
