"""A person confirms with one key, rejects, undoes, and looks at a sample afterwards."""

import inspect
import io
import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfWriter

from surveillance.arrivals import ReportState
from surveillance.exam_matching import anatomy_of
from surveillance.models import (
    ExamDocument,
    ExamMatch,
    ExamMatchAnswer,
    ImagingExam,
    IntakeItem,
    ItemStatus,
)
from surveillance.protocol import fulfilment, machine_limits, reconciliation
from surveillance.protocol.terms import Modality
from surveillance.web.match_words import SENTENCES, VALUED, reason_said
from surveillance.workflows.record_exam import record_exam
from tests.surveillance.factories import finding, report
from tests.surveillance.reconciliation.factories import ExamMatchFactory
from tests.surveillance.reconciliation.scenes import NOW, SCAN

FILLED_IN = {"lesion_seen": "yes", "adequate": "yes", "size_mm": "8.2", "lirads": "LR-3"}


@pytest.fixture
def client(client, feed):
    client.force_login(feed.navigator)
    with time_machine.travel(NOW, tick=False):
        yield client


@pytest.fixture
def likely(feed):
    """Sent without any word on adequacy: a person decides."""
    feed.take_in(feed.said(adequate=None))
    return ExamMatch.objects.get()


@pytest.fixture
def closure(feed):
    feed.take_in(feed.said())
    return ExamMatch.objects.get()


def page_of(client, name, match):
    return client.get(reverse(name, args=[match.pk]))


def test_the_page_shows_both_sides_and_a_filled_in_form(client, likely):
    page = page_of(client, "exam_match", likely)

    html = page.content.decode()
    assert "An exam that may answer this" in html
    assert "The report does not say whether the exam was adequate." in html
    assert "Record number and name or birth date agree." in html
    assert 'name="size_mm" value="8.2"' in html
    assert page.context["may_confirm"]


def test_confirming_closes_what_is_owed(client, feed, likely):
    owed = feed.owed()

    client.post(reverse("exam_match", args=[likely.pk]), FILLED_IN)

    owed.refresh_from_db()
    assert (owed.outcome, owed.completed_by) == ("COMPLETED", likely.exam)
    assert ExamMatchAnswer.objects.get().answer == "CONFIRMED"
    assert not ExamMatch.objects.undecided().exists()


def test_confirming_an_inadequate_exam_closes_nothing(client, feed, likely):
    owed = feed.owed()

    client.post(reverse("exam_match", args=[likely.pk]), FILLED_IN | {"adequate": "no"})

    owed.refresh_from_db()
    assert owed.outcome != "COMPLETED"
    assert likely.exam.observations.get().adequate is False


def test_confirming_twice_says_that_somebody_did(client, likely):
    address = reverse("exam_match", args=[likely.pk])
    client.post(address, FILLED_IN)

    again = client.post(address, FILLED_IN)

    assert again.status_code == 422
    assert "answered this meanwhile" in again.content.decode()


def test_an_exam_of_unknown_kind_is_recorded_with_the_kind_that_a_person_says(client, feed):
    item = feed.take_in(feed.said(modality=None))
    match = ExamMatch.objects.get()

    client.post(
        reverse("exam_match", args=[match.pk]), FILLED_IN | {"modality": "MRI_EXTRACELLULAR"}
    )

    item.refresh_from_db()
    assert feed.exam().observations.get().lesion == feed.lesion
    assert (item.status, item.exam) == (ItemStatus.APPLIED, feed.exam())


def test_rejecting_takes_a_reason_and_leaves_what_is_owed(client, feed, likely):
    address = reverse("exam_match_reject", args=[likely.pk])

    without = client.post(address, {"reason": ""})
    client.post(address, {"reason": "A scan of the spleen."})

    assert without.status_code == 422
    assert feed.owed().closed_at is None
    assert not ExamMatch.objects.undecided().exists()


def test_undoing_owes_it_again_and_offers_the_exam_to_a_person(client, feed, closure):
    latest = closure.follow_up.latest_on

    client.post(reverse("exam_match_undo", args=[closure.pk]), {"reason": "Other lesion."})

    again = ExamMatch.objects.undecided().get()
    assert feed.owed().latest_on == latest
    assert feed.exam().observations.count() == 0
    assert (again.exam, again.lesion) == (feed.exam(), feed.lesion)
    assert ImagingExam.objects.filter(accession="R-1").count() == 2


def test_a_re_sent_report_does_not_close_again_what_was_undone(client, feed, closure):
    client.post(reverse("exam_match_undo", args=[closure.pk]), {"reason": "Other lesion."})

    item = feed.take_in(feed.said(at=15))

    assert item.status == ItemStatus.NOTHING_NEW
    assert feed.exam().observations.count() == 0


def test_what_a_person_undid_is_not_closed_by_a_correction_either(client, feed, closure):
    client.post(reverse("exam_match_undo", args=[closure.pk]), {"reason": "Other lesion."})

    feed.take_in(feed.said(state=ReportState.CORRECTED, at=15, text="Reviewed."))

    again = ExamMatch.objects.undecided().get()
    assert feed.owed().closed_at is None
    assert "refused_before" in dict(again.reasons_against)


@pytest.mark.parametrize(
    ("text", "procedure", "closes"),
    [
        ("Liver: 8.2 mm lesion in segment V, unchanged.", "MRI liver with gadoxetate", True),
        ("Liver: 8.2 mm lesion in segment V. Left lobe not imaged.", "MRI liver", False),
        ("Liver: 8.2 mm lesion in segment V. It has doubled in size.", "MRI liver", False),
        ("Liver: 8.2 mm lesion in segment V, unchanged.", "MRI liver, attempted", False),
        ("Liver: 8.2 mm lesion in segment V, unchanged.", "MRI liver spot view", False),
    ],
)
@pytest.mark.parametrize("coded", [False, True])
def test_without_a_word_on_adequacy_only_a_text_read_to_the_end_closes(
    feed, text, procedure, closes, coded
):
    said = {"text": text, "procedure": procedure, "adequate": None}

    feed.take_in(feed.said(**said) if coded else feed.said(findings=(), **said))

    assert (ExamMatch.objects.get().verdict == "CERTAIN") is closes


@pytest.mark.parametrize(
    ("text", "closes"),
    [
        ("Liver: 8.2 mm lesion, unchanged. Discussed with the referring team by telephone.", False),
        ("Liver: 8.2 mm lesion, unchanged. Patient fasted, written consent on paper.", False),
        ("Liver: 8.2 mm lesion, unchanged. Spleen and pancreas are normal.", True),
        ("Examination abandoned, contrast not given.", False),
        ("Liver: 8.2 mm lesion. It has doubled in size.", False),
    ],
)
def test_what_the_sender_coded_of_somebody_at_risk_closes_only_beside_a_text_that_is_understood(
    feed, text, closes
):
    feed.take_in(feed.said(text=text))

    assert (ExamMatch.objects.get().verdict == "CERTAIN") is closes


def test_a_ct_whose_text_names_phases_is_put_to_a_person(feed):
    text = "Technique: arterial, portal venous and delayed phases. Liver: 8.2 mm lesion, unchanged."

    item = feed.take_in(
        feed.said(modality=Modality.CT_SINGLE_PHASE, procedure="CT liver", text=text)
    )

    assert (item.status, item.code) == (ItemStatus.WAITING, "modality_unknown")
    assert ExamMatch.objects.undecided().count() == 1


def test_what_a_person_recorded_after_a_cancellation_stays(feed):
    feed.take_in(feed.said())
    feed.take_in(feed.said(state=ReportState.CANCELLED, at=11))
    by_hand = report(finding(feed.lesion, "8.2"), accession="R-1", on=SCAN)
    record_exam(patient=feed.patient, report=by_hand, by=feed.navigator, now=NOW)

    item = feed.take_in(feed.said(at=12))

    assert (item.status, item.code) == (ItemStatus.NOTHING_NEW, "recorded_by_hand")


def test_the_sample_measures_how_often_it_was_right(client, feed):
    sampled = {"follow_up": feed.owed(), "certain": True, "is_sampled": True}
    right, wrong = ExamMatchFactory(**sampled), ExamMatchFactory(**sampled)
    without_reason = client.post(_audit(wrong), {"verdict": "no"})

    client.post(_audit(right), {"verdict": "yes"})
    client.post(_audit(wrong), {"verdict": "no", "reason": "Another lesion."})

    page = client.get(f"{reverse('exam_matches')}?list=audit")
    [row] = page.context["precision"]
    assert without_reason.status_code == 422
    assert (row.right, row.looked, row.share) == (1, 2, "50.0 %")
    assert not ExamMatch.objects.to_audit().exists()


def _audit(match):
    return reverse("exam_match_audit", args=[match.pk])


def test_lists_count_and_link(client, feed):
    feed.take_in(feed.said(adequate=None))

    page = client.get(reverse("exam_matches"))
    patient = client.get(reverse("patient", args=[feed.patient.pk]))

    match = ExamMatch.objects.get()
    assert [tab.count for tab in page.context["tabs"]] == ["1", "0", "0"]
    assert reverse("exam_match", args=[match.pk]) in patient.content.decode()


def _upload(client, feed, **other):
    usual = {
        "institution": "Liver centre, Cork",
        "reference": "C-77",
        "performed_on": "2026-08-20",
        "modality": "MRI_EXTRACELLULAR",
        "evidence": "Letter seen; name and birth date compared.",
        "text": "",
    }
    return client.post(reverse("outside_exam", args=[feed.patient.pk]), usual | other)


def test_an_outside_exam_goes_on_file_with_its_proof(client, feed):
    report = SimpleUploadedFile("x.exe", b"MRI liver: lesion of 8.2 mm, unchanged.")

    answer = _upload(client, feed, document=report)

    exam = ImagingExam.objects.get(is_external=True)
    document = ExamDocument.objects.get()
    match = ExamMatch.objects.get()
    assert answer.url == reverse("exam_match", args=[match.pk])
    assert (exam.accession, exam.recorded_by) == ("C-77 (Liver centre, Cork)", feed.navigator)
    assert exam.report_text == "MRI liver: lesion of 8.2 mm, unchanged."
    assert document.media_type == "text/plain"
    download = client.get(reverse("exam_document", args=[document.pk]))
    assert download["Content-Disposition"].startswith("attachment")
    assert download.content == b"MRI liver: lesion of 8.2 mm, unchanged."


def test_a_picture_in_a_pdf_needs_no_text_and_a_program_is_refused(client, feed):
    pages = PdfWriter()
    pages.add_blank_page(100, 100)
    scan = io.BytesIO()
    pages.write(scan)

    program = _upload(client, feed, document=SimpleUploadedFile("x.pdf", b"MZ\x90\x00\xff"))
    nothing = _upload(client, feed)
    picture = _upload(client, feed, document=SimpleUploadedFile("x.txt", scan.getvalue()))

    assert (program.status_code, nothing.status_code, picture.status_code) == (422, 422, 302)
    assert ExamDocument.objects.get().media_type == "application/pdf"


@pytest.mark.parametrize("codec", ["latin-1", "cp1252", "utf-16", "utf-8-sig"])
def test_text_files_of_windows_are_read(client, feed, codec):
    words = "MRI liver: lesion of 8.2 mm, unchanged. Médico: Núñez"

    _upload(client, feed, document=SimpleUploadedFile("x.txt", words.encode(codec)))

    assert ImagingExam.objects.get(is_external=True).report_text == words


def test_a_refused_upload_keeps_what_was_typed(client, feed):
    """A day to come, or a number that is another patient's: nothing is kept, all is still there."""
    scan = SimpleUploadedFile("x.txt", b"Liver: lesion of 8.2 mm.")

    page = _upload(client, feed, performed_on="2027-08-20", document=scan, text="As told.")

    assert page.status_code == 422
    form = page.context["form"]
    assert "after today" in form.errors["performed_on"][0]
    assert (form["text"].value(), form["institution"].value()) == ("As told.", "Liver centre, Cork")
    assert "Choose the file again" in page.content.decode()
    assert not ExamDocument.objects.exists()
    assert not IntakeItem.objects.exists()


def test_a_correction_leaves_the_closure_shown_as_withdrawn_and_not_counted(client, feed):
    feed.take_in(feed.said())
    [closed] = ExamMatch.objects.all()
    page = client.get(reverse("exam_match", args=[closed.pk]))
    assert "8.2 mm" in page.context["match"].told
    assert page.context["subject"].stage.words == "Closed"
    assert page.context["subject"].days == ""

    feed.take_in(feed.said(state=ReportState.CANCELLED, at=12))

    listed = client.get(reverse("exam_matches") + "?list=closed")
    page = client.get(reverse("exam_match", args=[closed.pk]))
    assert [row.state.words for row in listed.context["rows"]] == ["Withdrawn since"]
    assert [tab.count for tab in listed.context["tabs"]] == ["0", "0", "0"]
    assert page.context["match"].heading == "This exam had closed what was owed"
    assert page.context["match"].withdrawn


def test_every_fixed_reason_is_translated():
    """The protocol's sentences without a value in them, against those that the pages know."""
    written = {
        text
        for module in (reconciliation, machine_limits)
        for text in re.findall(r'Reason\(\s*"\w+", "([^"{]+\.)"', inspect.getsource(module))
    }

    assert len(written) > 20
    assert written <= SENTENCES


def test_every_reason_with_a_value_is_said_in_words():
    """What the protocol makes of values, against the patterns that the pages know; days as on
    every other page."""
    sources = [inspect.getsource(module) for module in (reconciliation, machine_limits, fulfilment)]
    made = {
        re.sub(r"\{[^}]*\}", "{}", text)
        for source in sources
        for text in re.findall(r'f"([^"]+\{[^"]*\.)"', source)
    }
    known = {re.sub(r"\{\w+\}", "{}", pattern) for pattern in VALUED}

    assert made <= known | {"The text may speak of {}: which is this one is not certain."}
    fulfilled = reason_said("Ultrasound of 2026-11-26 fulfils it.")
    assert str(fulfilled) == "Ultrasound of 26 Nov 2026 fulfils it."


@pytest.mark.parametrize(
    ("procedure", "body_site", "words"),
    [
        ("Ultrasound liver", "liver", "Ultrasound liver"),
        ("US abdomen", "Abdomen", "US abdomen"),
        ("CT TAP", "chest, abdomen and pelvis", "CT TAP, chest, abdomen and pelvis"),
        ("MRI", "liver, liver", "MRI, liver"),
        ("", "liver", "liver"),
    ],
)
def test_what_was_examined_is_said_once(procedure, body_site, words):
    assert anatomy_of(procedure, body_site) == words
