"""The pages of letters: who may open them, printing to posting without JavaScript, downloads."""

import csv
import io
from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags
from icalendar import Calendar

from patients.models import AuditEvent, Patient
from surveillance.models import (
    Letter,
    LetterBatch,
    LetterBatchStatus,
    LetterEvent,
    Notification,
    NotificationChannel,
)
from surveillance.protocol.mailing import sample_of
from surveillance.workflows.check_letter_batch import check_letter_batch
from surveillance.workflows.post_letter_batch import post_letter_batch
from surveillance.workflows.prepare_letter_batch import prepare_letter_batch
from surveillance.workflows.queue_letter import queue_letter
from tests.factories import NOW, TODAY
from tests.surveillance.letters.scenes import HOME, codes_of, over
from tests.surveillance.web.scenes import Clinic, a_clinic, a_patient, owed

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(db) -> Clinic:
    return a_clinic(name="St Brigid", phone="020 555 0100")


def queued(clinic: Clinic, *names: str, **fields) -> list[Patient]:
    people = [a_patient(clinic, family_name=name, **HOME | fields) for name in names]
    for patient in people:
        owed(clinic, 20, patient=patient)
        queue_letter(patient=patient, by=clinic.navigator, now=NOW)
    return people


def a_run(clinic: Clinic, *names: str) -> LetterBatch:
    queued(clinic, *names or ("Heath", "Moor"))
    return prepare_letter_batch(site=clinic.site, by=clinic.navigator, now=NOW)


def checked(batch: LetterBatch) -> LetterBatch:
    return check_letter_batch(batch=batch, codes=codes_of(batch), by=None, now=NOW)


def sheets(batch: LetterBatch) -> dict[str, str]:
    """The codes as the form of the check sends them."""
    codes, sample = codes_of(batch), sample_of(batch.size, batch.digest)
    return {f"sheet_{number}": codes[number] for number in sample}


def words(response) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


class TestWhoMayPrint:
    @pytest.mark.parametrize("role", ["navigator", "lead", "administrator"])
    def test_roles_that_print(self, today, client: Client, clinic: Clinic, role: str) -> None:
        client.force_login(getattr(clinic, role))

        assert client.get("/letters/").status_code == 200

    @pytest.mark.parametrize("role", ["clinician", "auditor"])
    def test_roles_that_do_not(self, today, client: Client, clinic: Clinic, role: str) -> None:
        batch = a_run(clinic)
        client.force_login(getattr(clinic, role))

        assert client.get("/letters/").status_code == 403
        assert client.post("/letters/").status_code == 403
        assert client.get(f"/letters/{batch.pk}/letters.pdf").status_code == 404

    @pytest.mark.parametrize(
        "page", ["", "check/", "compare/", "discard/", "letters.pdf", "manifest.csv"]
    )
    def test_run_of_another_site_does_not_exist(self, navigator: Client, page: str) -> None:
        elsewhere = a_run(a_clinic(phone="1"))

        assert navigator.get(f"/letters/{elsewhere.pk}/{page}").status_code == 404

    @pytest.mark.parametrize("page", ["certified", "returned"])
    def test_sheet_of_another_site_does_not_exist(self, navigator: Client, page: str) -> None:
        sheet = a_run(a_clinic(phone="1")).letters.first()
        assert sheet is not None

        assert navigator.get(f"/sheets/{sheet.pk}/{page}/").status_code == 404

    def test_link_is_shown_to_those_who_print(self, client, today, clinic: Clinic) -> None:
        def has_link(user) -> bool:
            client.force_login(user)
            return "Letters" in {one.label for one in client.get("/inbox/").context["shell"].items}

        assert has_link(clinic.navigator)
        assert not has_link(clinic.auditor)

    def test_stranger_is_asked_to_sign_in(self, client: Client, clinic: Clinic) -> None:
        assert "/accounts/login/" in client.get("/letters/").headers["Location"]


class TestFromWaitingToPosted:
    def test_whole_way_without_javascript(self, navigator: Client, clinic: Clinic) -> None:
        queued(clinic, "Heath", "Moor")
        assert "2 letters to be printed" in words(navigator.get("/letters/"))

        address = navigator.post("/letters/").headers["Location"]
        batch = LetterBatch.objects.get()
        assert address == f"/letters/{batch.pk}/"
        assert "All letters are posted" not in words(navigator.get(address))

        response = navigator.post(f"{address}check/", sheets(batch))
        assert response.headers["Location"] == address

        response = navigator.post(address, {"taken_out": ""}, follow=True)
        assert "each letter is on file" in words(response)
        batch.refresh_from_db()
        assert (batch.status, batch.posted_by) == (LetterBatchStatus.POSTED, clinic.navigator)
        assert "No letter waits" in words(navigator.get("/letters/"))

    def test_sheets_that_are_no_numbers_are_passed_over(
        self, navigator: Client, clinic: Clinic
    ) -> None:
        batch = a_run(clinic)
        navigator.post(f"/letters/{batch.pk}/check/", sheets(batch))

        response = navigator.post(f"/letters/{batch.pk}/", {"taken_out": "² x"})

        assert response.status_code == 302

    def test_nothing_to_prepare_is_said(self, navigator: Client) -> None:
        response = navigator.post("/letters/", follow=True)

        assert "No letter waits at St Brigid" in words(response)

    def test_manifest_is_on_the_page(self, navigator: Client, clinic: Clinic) -> None:
        batch = a_run(clinic)

        page = words(navigator.get(f"/letters/{batch.pk}/"))

        for letter in batch.letters.all():
            assert f"{letter.recipient} 1 Example Street, Exampleton ZZ9 9ZZ" in page

    def test_codes_are_read_off_the_paper_until_the_run_is_checked(
        self, navigator: Client, clinic: Clinic
    ) -> None:
        batch = a_run(clinic)
        codes = codes_of(batch).values()
        address = f"/letters/{batch.pk}/"

        assert not [code for code in codes if code in words(navigator.get(address))]
        checked(batch)
        assert all(code in words(navigator.get(address)) for code in codes)

    def test_shifted_run_is_refused_at_the_form(self, navigator: Client, clinic: Clinic) -> None:
        batch = a_run(clinic)
        codes = codes_of(batch)

        response = navigator.post(
            f"/letters/{batch.pk}/check/", {"sheet_1": codes[2], "sheet_2": codes[1]}
        )

        assert response.status_code == 422
        assert "sheet 1 carries the code of letter 2" in words(response)
        batch.refresh_from_db()
        assert batch.status == LetterBatchStatus.PREPARED
        page = words(navigator.get(f"/letters/{batch.pk}/"))
        who = clinic.navigator.get_full_name()
        assert f"Check refused 31 Aug 2026, 09:00 by {who}: sheets 1, 2 did not fit" in page

    def test_page_of_the_check_does_not_show_the_codes(self, navigator, clinic: Clinic) -> None:
        batch = a_run(clinic)

        page = navigator.get(f"/letters/{batch.pk}/check/").content.decode()

        assert "Alex Heath" in page
        assert not [code for code in codes_of(batch).values() if code in page]

    def test_sheet_to_take_out_is_named_and_must_be_confirmed(
        self, navigator: Client, clinic: Clinic
    ) -> None:
        batch = checked(a_run(clinic))
        over(Notification.objects.get(patient__family_name="Heath").follow_up)

        page = navigator.get(f"/letters/{batch.pk}/")
        assert "I took out 1 and posted the rest" in words(page)
        assert navigator.post(f"/letters/{batch.pk}/", {"taken_out": ""}).status_code == 422
        navigator.post(f"/letters/{batch.pk}/", {"taken_out": page.context["out"]})

        batch.refresh_from_db()
        assert batch.status == LetterBatchStatus.POSTED

    def test_discarding_asks_why(self, navigator: Client, clinic: Clinic) -> None:
        batch = a_run(clinic)
        address = f"/letters/{batch.pk}/discard/"

        assert navigator.post(address, {"reason": ""}).status_code == 422
        assert navigator.post(address, {"reason": "Jam"}).headers["Location"] == "/letters/"

        assert "2 letters to be printed" in words(navigator.get("/letters/"))
        assert "Jam" in words(navigator.get(f"/letters/{batch.pk}/"))

    def test_certified_number_and_return_are_on_the_page(
        self, navigator: Client, clinic: Clinic
    ) -> None:
        batch = post_letter_batch(batch=checked(a_run(clinic, "Heath")), by=None, now=NOW)
        letter = Letter.objects.get()

        assert navigator.get(f"/sheets/{letter.pk}/certified/").status_code == 200
        navigator.post(f"/sheets/{letter.pk}/certified/", {"number": "RR123"})
        response = navigator.post(f"/sheets/{letter.pk}/returned/", {"on": "2026-08-30"})
        assert response.status_code == 422
        navigator.post(f"/sheets/{letter.pk}/returned/", {"on": "2026-08-31"})

        assert LetterEvent.objects.count() == 2
        page = words(navigator.get(f"/letters/{batch.pk}/"))
        assert "Certified mail RR123. Came back 31 Aug 2026" in page
        patient = words(navigator.get(f"/patients/{letter.patient_id}/"))
        assert "a letter came back on 31 Aug 2026: not written to until corrected" in patient

    def test_queries_do_not_grow_with_letters(self, navigator: Client, clinic: Clinic) -> None:
        few, many = a_run(clinic), a_run(clinic, *(f"N{number}" for number in range(12)))

        navigator.get("/letters/")  # the first request of a session does more

        def queries(batch: LetterBatch) -> int:
            with CaptureQueriesContext(connection) as seen:
                navigator.get(f"/letters/{batch.pk}/")
            return len(seen)

        assert queries(few) == queries(many)


class TestDownloads:
    def test_pdf_is_recorded_for_each_patient(self, navigator: Client, clinic: Clinic) -> None:
        batch = a_run(clinic)

        response = navigator.get(f"/letters/{batch.pk}/letters.pdf")

        assert response.content.startswith(b"%PDF")
        assert response.headers["Content-Type"] == "application/pdf"
        assert "no-store" in response.headers["Cache-Control"]
        events = AuditEvent.objects.filter(action="downloaded")
        assert {(one.patient_id, one.detail["form"]) for one in events} == {
            (str(letter.patient_id), "pdf") for letter in batch.letters.all()
        }
        assert {one.subject_id for one in events} == {str(batch.pk)}

    def test_manifest_has_a_line_per_letter_and_no_formula(
        self, navigator: Client, clinic: Clinic
    ) -> None:
        queued(clinic, "Heath", given_name="=HYPERLINK()")
        batch = a_run(clinic, "Moor")

        response = navigator.get(f"/letters/{batch.pk}/manifest.csv")

        head, *rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
        assert head == ["sheet", "of", "recipient", "address", "code", "sha256"]
        assert [row[2] for row in rows] == ["'=HYPERLINK() Heath", "Alex Moor"]
        for row, letter in zip(rows, batch.letters.order_by("sequence"), strict=True):
            assert row[4:] == [letter.code, letter.digest]
        assert AuditEvent.objects.filter(action="downloaded").count() == 2

    def test_pdf_that_cannot_be_made_says_why(self, navigator, clinic: Clinic) -> None:
        """A row that is not what it was when its digest was taken."""
        batch = LetterBatch.objects.create(
            site=clinic.site, size=1, digest="0" * 64, prepared_at=NOW
        )
        Letter.objects.create(
            batch=batch, sequence=1, patient=a_patient(clinic), language="en", digest="0" * 64
        )

        response = navigator.get(f"/letters/{batch.pk}/letters.pdf", follow=True)

        assert "Letter 1 is not what it was when the run was prepared" in words(response)
        assert not AuditEvent.objects.filter(action="downloaded").exists()

    def test_comparing_our_own_pdf_finds_nothing(self, navigator: Client, clinic: Clinic) -> None:
        batch = a_run(clinic)
        pdf = navigator.get(f"/letters/{batch.pk}/letters.pdf").content

        response = navigator.post(
            f"/letters/{batch.pk}/compare/", {"file": SimpleUploadedFile("run.pdf", pdf)}
        )

        assert "All 2 pages are right" in words(response)

    def test_comparing_the_pdf_of_another_run_names_every_page(
        self, navigator: Client, clinic: Clinic
    ) -> None:
        other, batch = a_run(clinic, "Tarn"), a_run(clinic)
        pdf = navigator.get(f"/letters/{other.pk}/letters.pdf").content

        response = navigator.post(
            f"/letters/{batch.pk}/compare/", {"file": SimpleUploadedFile("run.pdf", pdf)}
        )

        assert "Do not post this run" in words(response)
        assert "Page 2 (Alex Moor): no letter of this run is there." in words(response)

    @pytest.mark.parametrize("content", [b"", b"no PDF"])
    def test_comparing_something_else_is_refused(self, navigator, clinic, content: bytes) -> None:
        batch = a_run(clinic)

        response = navigator.post(
            f"/letters/{batch.pk}/compare/", {"file": SimpleUploadedFile("x.pdf", content)}
        )

        assert response.status_code == 422

    def test_appointment_is_a_calendar_file(self, navigator: Client, clinic: Clinic) -> None:
        day = TODAY + timedelta(days=9)
        follow_up = owed(clinic, 20, booked_for=day)
        page = navigator.get(f"/patients/{follow_up.patient_id}/").content.decode()
        assert f"/follow-ups/{follow_up.pk}/appointment.ics" in page

        response = navigator.get(f"/follow-ups/{follow_up.pk}/appointment.ics")

        [event] = Calendar.from_ical(response.content).walk("VEVENT")
        assert event.decoded("dtstart") == day
        recorded = AuditEvent.objects.get(action="downloaded")
        assert (recorded.patient_id, recorded.detail) == (
            str(follow_up.patient_id),
            {"form": "ics"},
        )

    def test_no_appointment_is_no_file(self, navigator: Client, clinic: Clinic) -> None:
        follow_up = owed(clinic, 20)

        response = navigator.get(f"/follow-ups/{follow_up.pk}/appointment.ics")

        assert response.headers["Location"] == f"/patients/{follow_up.patient_id}/"
        assert not AuditEvent.objects.filter(action="downloaded").exists()

    def test_appointment_of_another_site_does_not_exist(self, navigator: Client) -> None:
        follow_up = owed(a_clinic(), 20, booked_for=TODAY + timedelta(days=9))

        assert navigator.get(f"/follow-ups/{follow_up.pk}/appointment.ics").status_code == 404


class TestOnePatient:
    def test_letter_is_queued_once_however_often_pressed(
        self, navigator: Client, clinic: Clinic
    ) -> None:
        patient = owed(clinic, 20, patient=a_patient(clinic, **HOME)).patient
        address = f"/patients/{patient.pk}/letter/"
        assert address in navigator.get(f"/patients/{patient.pk}/").content.decode()

        navigator.post(address)
        with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
            response = navigator.post(address, follow=True)

        assert response.redirect_chain[-1][0] == f"/patients/{patient.pk}/"
        assert "already waiting for the next print run, since 31 Aug 2026, 09:00" in words(response)
        assert Notification.objects.get().channel == NotificationChannel.LETTER

    def test_why_no_letter_may_go_is_said(self, navigator: Client, clinic: Clinic) -> None:
        patient = owed(clinic, 20).patient

        response = navigator.post(f"/patients/{patient.pk}/letter/")

        assert response.status_code == 422
        assert "No complete postal address is on record" in words(response)

    def test_no_letter_is_offered_that_would_be_refused(
        self, navigator: Client, clinic: Clinic
    ) -> None:
        """The patient closed every way: the page says so, and whose decision is needed."""
        closed = dict.fromkeys(("phone", "letter", "email", "sms"), "NO")
        consents = {f"consent_{name}": value for name, value in closed.items()}
        patient = owed(clinic, 20, patient=a_patient(clinic, **HOME | consents)).patient
        address = f"/patients/{patient.pk}/letter/"

        page = navigator.get(f"/patients/{patient.pk}/")
        assert "Nobody may write to or call this patient" in words(page)
        assert "The responsible clinician decides how to go on" in words(page)
        assert address not in page.content.decode()
        assert "Nobody may write" in words(navigator.get(address, follow=True))
        panel = navigator.get(f"/follow-ups/{patient.follow_ups.get().pk}/panel/")
        assert panel.status_code == 200
        assert address not in panel.content.decode()
        row = navigator.get("/queue/", {"tab": "due"}).context["page"].rows[0]
        assert row.next_step == "Nobody may write or call: the clinician decides how to go on"

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            pytest.param({"address": "a\n" * 12}, "This is 13 lines", id="twelve lines"),
            pytest.param(
                {"city": "", "postal_code": ""}, "A letter needs a street and a town", id="no town"
            ),
        ],
    )
    def test_an_address_that_no_letter_can_carry_is_refused(
        self, navigator: Client, clinic: Clinic, given: dict[str, str], told: str
    ) -> None:
        patient = a_patient(clinic, **HOME)

        response = navigator.post(f"/patients/{patient.pk}/address/", HOME | given)

        assert response.status_code == 422
        assert told in response.context["form"].errors["address"][0]

    def test_auditor_sends_none(self, client: Client, today, clinic: Clinic) -> None:
        client.force_login(clinic.auditor)

        assert client.post(f"/patients/{a_patient(clinic).pk}/letter/").status_code == 403

    def test_address_is_corrected_and_written_to_again(
        self, navigator: Client, clinic: Clinic
    ) -> None:
        patient = a_patient(clinic, address_returned_on=date(2026, 8, 1), **HOME)
        given = HOME | {"address": "2 Other Street\r\nFlat 1"}

        response = navigator.post(f"/patients/{patient.pk}/address/", given)

        assert response.headers["Location"] == f"/patients/{patient.pk}/"
        patient.refresh_from_db()
        assert patient.address == "2 Other Street\nFlat 1"
        assert patient.address_returned_on is None

    def test_address_that_is_right_is_confirmed(self, navigator: Client, clinic: Clinic) -> None:
        patient = a_patient(clinic, address_returned_on=date(2026, 8, 1), **HOME)
        given = HOME | {"is_right": "on"}

        response = navigator.post(f"/patients/{patient.pk}/address/", given | {"city": "Other"})
        assert response.status_code == 422
        navigator.post(f"/patients/{patient.pk}/address/", given)

        patient.refresh_from_db()
        assert (patient.city, patient.address_returned_on) == ("Exampleton", None)

    def test_address_of_another_site_does_not_exist(self, navigator: Client) -> None:
        elsewhere = a_patient(a_clinic())

        assert navigator.get(f"/patients/{elsewhere.pk}/address/").status_code == 404
        assert navigator.get(f"/patients/{elsewhere.pk}/letter/").status_code == 404

    def test_auditor_corrects_none(self, client: Client, today, clinic: Clinic) -> None:
        client.force_login(clinic.auditor)

        assert client.get(f"/patients/{a_patient(clinic).pk}/address/").status_code == 403
