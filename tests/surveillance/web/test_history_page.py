"""The history of a lesion: page, filter, as known on a day, print, file, and recomputing."""

import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils.html import escape
from django.utils.translation import override
from pypdf import PdfReader

from patients.models import AuditEvent, Role
from surveillance.models import ContactAttempt, Lesion, LesionAssessment
from surveillance.web.history_page import lesion_export, lesion_summary
from tests.factories import NOW, TODAY, MembershipFactory, UserFactory
from tests.surveillance.factories import ImagingExamFactory, LesionObservationFactory
from tests.surveillance.web.scenes import Clinic, a_clinic, a_lesion, a_patient, an_exam, surveyed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
PARTS = ("", "summary.pdf", "history.json")
EARLIER = datetime(2026, 5, 1, 9, tzinfo=UTC)
DAY = EARLIER.date()


@pytest.fixture
def lesion(clinic: Clinic) -> Lesion:
    return surveyed(clinic).lesion


@pytest.fixture
def clinician(clinic: Clinic, client: Client) -> Client:
    client.force_login(clinic.clinician)
    return client


def address(lesion: Lesion, part: str = "") -> str:
    return f"/lesions/{lesion.pk}/{part}"


def seen(lesion: Lesion, accession: str, recorded_at: datetime, **exam: Any) -> None:
    row = ImagingExamFactory(
        patient=lesion.patient,
        accession=accession,
        performed_on=DAY - timedelta(days=20),
        recorded_at=recorded_at,
        **exam,
    )
    LesionObservationFactory(lesion=lesion, exam=row, size_mm=11)


def texts(response: Any) -> str:
    page: str = response.content.decode()
    return page


def test_page_tells_everything_with_who_and_when(clinician, lesion) -> None:
    page = texts(clinician.get(address(lesion)))

    for words in (
        "History of Lesion L1, segment VII",
        "MRI, hepatobiliary contrast: 8 mm",
        "Compute again",
        "Surveillance imaging owed by",
        "by the system",
        "Known 196 days later",
    ):
        assert words in page


def test_sentences_that_are_kept_in_english_say_so(clinician, lesion) -> None:
    newest = LesionAssessment.objects.filter(lesion=lesion).newest_first()[0]
    reason = newest.answer["reasons"][0]

    page = texts(clinician.get(address(lesion)))

    assert f'lang="en">{escape(reason)}</span>' in page
    assert not re.search(r'lang="en">(Rule|Cause)', page)


def test_only_the_kinds_asked_for_are_shown(clinician, lesion) -> None:
    response = clinician.get(address(lesion), {"kind": ["EXAM", "LESION"]})

    assert {row.label for row in response.context["entries"].rows} == {"Exam", "Lesion"}


def test_kind_that_does_not_occur_shows_nothing_and_keeps_its_address(clinician, lesion) -> None:
    response = clinician.get(address(lesion), {"kind": "MERGE"})

    assert response.status_code == 200
    assert response.context["entries"].rows == ()


def test_as_known_on_a_day_nothing_later_is_told(clinician, lesion) -> None:
    seen(lesion, "IN-TIME", EARLIER)
    seen(lesion, "TOO-LATE", NOW)

    response = clinician.get(address(lesion), {"known_on": DAY.isoformat()})

    page = texts(response)
    assert "IN-TIME" in page
    assert "TOO-LATE" not in page
    assert "As known at the end of 1 May 2026" in page
    assert "became known later" in page
    assert "Nothing had been decided" in page


def test_what_became_known_later_is_shown_apart_when_asked_for(clinician, lesion) -> None:
    seen(lesion, "TOO-LATE", NOW)

    page = texts(clinician.get(address(lesion), {"known_on": DAY.isoformat(), "later": "1"}))

    assert page.index("Known later</h2>") < page.index("TOO-LATE")


def test_day_in_the_future_is_refused(clinician, lesion) -> None:
    tomorrow = TODAY + timedelta(days=1)

    response = clinician.get(address(lesion), {"known_on": tomorrow.isoformat()})

    assert response.status_code == 422
    assert "Enter a day up to today, 31 Aug 2026" in texts(response)


def test_long_history_is_paged(clinician, lesion) -> None:
    ContactAttempt.objects.bulk_create(
        ContactAttempt(
            patient=lesion.patient,
            channel="PHONE",
            outcome="NO_ANSWER",
            note=f"try {number}",
            attempted_at=NOW - timedelta(hours=number),
        )
        for number in range(60)
    )

    first = clinician.get(address(lesion), {"kind": "CONTACT"})
    [older] = first.context["entries"].links
    second = clinician.get(address(lesion) + older.url)

    assert first.context["entries"].shown == "Entries 1 to 50 of 60"
    assert len(second.context["entries"].rows) == 10
    assert [link.words for link in second.context["entries"].links] == ["Newer entries"]


@pytest.mark.parametrize("contacts", [1, 30])
def test_page_asks_as_often_for_any_history(
    clinician, lesion, contacts, django_assert_num_queries
) -> None:
    for number in range(contacts):
        seen(lesion, f"A{number}", EARLIER)

    clinician.get(address(lesion))  # what the frame counts is kept for a minute

    with django_assert_num_queries(28):
        clinician.get(address(lesion))


def test_sizes_are_compared_within_one_family_of_modalities(clinician, clinic) -> None:
    lesion = a_lesion(a_patient(clinic))
    for month, size_mm, modality in (
        (1, 7.0, "US"),
        (2, 9.5, "CT_MULTIPHASE"),
        (3, 9.0, "US"),
        (4, 9.0, "US"),
        (5, 8.0, "US"),
        (6, None, "US"),
    ):
        an_exam(lesion, date(2026, month, 3), size_mm, modality)

    exams = clinician.get(address(lesion)).context["lesion"].exams

    assert [(exam.size, exam.change) for exam in exams] == [
        ("", ""),
        ("8.0 mm", "1.0 mm less than on 3 Apr 2026"),
        ("9.0 mm", "as on 3 Mar 2026"),
        ("9.0 mm", "2.0 mm more than on 3 Jan 2026"),
        ("9.5 mm", ""),
        ("7.0 mm", ""),
    ]


class TestFiles:
    def test_print_is_a_tagged_pdf_with_title_and_described_chart(self, clinician, lesion) -> None:
        seen(lesion, "A2", EARLIER)

        response = clinician.get(address(lesion, "summary.pdf"))

        reader = PdfReader(io.BytesIO(response.content))
        root: Any = reader.root_object
        text = "".join(page.extract_text() for page in reader.pages)
        assert response["Content-Type"] == "application/pdf"
        assert bool(root["/MarkInfo"]["/Marked"])
        assert root["/Lang"] == "en"
        assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()
        assert reader.metadata is not None
        assert str(reader.metadata.title).startswith("Summary of Lesion L1")
        tags = list(structure(root["/StructTreeRoot"]))
        assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L", "/LI"} <= {tag for tag, _ in tags}
        [alt] = [alt for tag, alt in tags if tag == "/Figure"]
        assert "2 measurements" in alt
        assert "8.0 mm" in text

    def test_print_says_in_which_language_it_is(self, rf, clinic, lesion) -> None:
        request = rf.get(address(lesion, "summary.pdf"))
        request.user = clinic.clinician

        with override("es"):
            response = lesion_summary(request, lesion.pk)

        assert isinstance(response, HttpResponse)
        root: Any = PdfReader(io.BytesIO(response.content)).root_object
        assert root["/Lang"] == "es"

    def test_file_is_in_english_whoever_asks(self, rf, clinic, lesion) -> None:
        request = rf.get(address(lesion, "history.json"))
        request.user = clinic.clinician

        told = []
        for language in ("es", "en-gb"):
            with override(language):
                response = lesion_export(request, lesion.pk)
            assert isinstance(response, HttpResponse)
            told.append(json.loads(response.content)["provenance"])

        assert told[0] == told[1]
        assert "Yes: cirrhosis" in json.dumps(told[0])

    def test_print_as_known_on_a_day_says_so(self, clinician, lesion) -> None:
        seen(lesion, "TOO-LATE", NOW)

        response = clinician.get(address(lesion, "summary.pdf"), {"known_on": DAY.isoformat()})

        pages = PdfReader(io.BytesIO(response.content)).pages
        text = " ".join("".join(page.extract_text() for page in pages).split())
        assert "As known at the end of 1 May 2026" in text
        assert "TOO-LATE" not in text

    def test_file_is_the_same_history(self, clinician, lesion) -> None:
        seen(lesion, "TOO-LATE", NOW)

        whole = json.loads(clinician.get(address(lesion, "history.json")).content)
        then = json.loads(
            clinician.get(address(lesion, "history.json"), {"known_on": DAY.isoformat()}).content
        )

        assert len(whole["imagingStudy"]) == 2
        assert (then["knownOn"], then["imagingStudy"]) == ("2026-05-01", [])

    @pytest.mark.parametrize("part", ["summary.pdf", "history.json"])
    @pytest.mark.parametrize("day", ["abc", "2026-13-45", "2099-01-01"])
    def test_a_day_that_cannot_be_looked_back_to_gives_no_file(
        self, clinician: Client, lesion: Lesion, part: str, day: str
    ) -> None:
        refused = clinician.get(address(lesion, part), {"known_on": day})

        assert refused.status_code == 422
        assert "There is a problem" in texts(refused)
        assert not AuditEvent.objects.filter(action="downloaded").exists()

    @pytest.mark.parametrize(("part", "form"), [("summary.pdf", "pdf"), ("history.json", "json")])
    def test_taking_it_out_is_recorded(self, clinician, clinic, lesion, part, form) -> None:
        clinician.get(address(lesion, part))

        event = AuditEvent.objects.get(action="downloaded")
        assert (event.subject_id, event.detail) == (str(lesion.pk), {"form": form})
        assert event.actor == f"user:{clinic.clinician.pk}"
        assert event.patient_id == str(lesion.patient_id)


def structure(element: Any):
    """Each tag of the structure tree with its alternative text."""
    element = element.get_object()
    if isinstance(element, list):
        for child in element:
            yield from structure(child)
    elif isinstance(element, dict):
        if "/S" in element:
            yield str(element["/S"]), str(element.get("/Alt", ""))
        if "/K" in element and not isinstance(element["/K"], int):
            yield from structure(element["/K"])


class TestRecomputing:
    def decision(self, lesion: Lesion) -> LesionAssessment:
        return LesionAssessment.objects.filter(lesion=lesion).newest_first()[0]

    def test_same_answer_is_said_and_nothing_is_written(self, clinician, lesion) -> None:
        row = self.decision(lesion)

        page = texts(clinician.get(address(lesion, f"decisions/{row.pk}/")))

        assert "exactly the same answer" in page
        assert f"Rule {row.rule}, protocol version {row.protocol_version}" in page
        assert LesionAssessment.objects.newest_first()[0] == row

    def test_what_differs_is_named(self, clinician, lesion) -> None:
        row = self.decision(lesion)
        other_answer = row.answer | {"rule": "R99"}
        LesionAssessment.objects.create(
            **{
                field.attname: getattr(row, field.attname)
                for field in row._meta.concrete_fields
                if not field.primary_key
            }
            | {
                "protocol_version": "seed-1999",
                "rule": "R99",
                "answer": other_answer,
            }
        )
        changed = LesionAssessment.objects.newest_first()[0]

        page = texts(clinician.get(address(lesion, f"decisions/{changed.pk}/")))

        assert "The protocol has changed since" in page
        assert f"rule R99 then, rule {row.rule} now" in page

    def test_decision_of_another_lesion_is_not_found(self, clinician, clinic, lesion) -> None:
        other = self.decision(surveyed(clinic).lesion)

        assert clinician.get(address(lesion, f"decisions/{other.pk}/")).status_code == 404


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("role", Role)
def test_every_role_that_may_see_the_patient_may_see_the_history(
    client: Client, clinic, lesion, role, part
) -> None:
    client.force_login(MembershipFactory(site=clinic.site, role=role).user)

    assert client.get(address(lesion, part)).status_code == 200


@pytest.mark.parametrize("part", [*PARTS, "decisions/1/"])
def test_history_of_another_site_does_not_exist(client: Client, lesion, part) -> None:
    client.force_login(a_clinic().clinician)

    assert client.get(address(lesion, part)).status_code == 404
    assert not AuditEvent.objects.filter(action__in=("viewed", "downloaded")).exists()


@pytest.mark.parametrize("part", PARTS)
def test_history_asks_for_a_sign_in(client: Client, lesion, part) -> None:
    assert client.get(address(lesion, part)).status_code == 302


def test_looking_is_recorded(clinician, lesion) -> None:
    clinician.get(address(lesion))

    assert AuditEvent.objects.get(action="viewed").detail == {"page": "lesion history"}


def test_patient_page_and_escalation_lead_here(clinician, clinic, lesion) -> None:
    page = texts(clinician.get(f"/patients/{lesion.patient_id}/"))

    assert f'href="{address(lesion)}"' in page


def test_user_without_a_role_sees_nothing(client: Client, lesion) -> None:
    client.force_login(UserFactory(is_superuser=True, is_staff=True))

    assert client.get(address(lesion)).status_code == 404
