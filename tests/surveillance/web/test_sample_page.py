"""A sample result is read, kept and taken in like any message, and closes what it answers."""

import json
from dataclasses import replace
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from patients.models import AuditEvent, Role
from surveillance.intake.fhir_feed import read_of_feed
from surveillance.intake.hl7v2.reading import read_message
from surveillance.intake.sample.bundle import report_as_bundle
from surveillance.intake.sample.oru import report_as_oru
from surveillance.intake.sample.result import kind_of_exam, sample_result
from surveillance.intake.sample.sending import as_hl7
from surveillance.models import FollowUp, IntakeFeed, IntakeMessage
from surveillance.protocol.terms import Conclusion, Tri
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.update_risk import RiskFacts, update_risk
from tests.factories import NOW, TODAY, MembershipFactory
from tests.surveillance.factories import finding, report
from tests.surveillance.web.scenes import Clinic, surveyed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
NOBODY_LISTENS = 1


@pytest.fixture
def feeds(settings, clinic: Clinic) -> dict[str, IntakeFeed]:
    settings.DEMO = True
    settings.MLLP = replace(settings.MLLP, port=NOBODY_LISTENS)
    ris = IntakeFeed.objects.create(
        site=clinic.site, name="RIS", format="HL7V2", sending_application="DEMO-RIS",
        sending_facility="BRIGID",
    )  # fmt: skip
    hub = IntakeFeed.objects.create(site=clinic.site, name="Hub", format="FHIR_R4")
    return {"HL7V2": ris, "FHIR_R4": hub}


@pytest.fixture
def follow_up(feeds, clinic: Clinic) -> FollowUp:
    return surveyed(clinic, family_name="O'Néill & Sons", given_name="Ada|^~\\", mrn="M&1")


@pytest.fixture
def navigator(client: Client, clinic: Clinic) -> Client:
    client.force_login(clinic.navigator)
    return client


@pytest.mark.parametrize("way", ["HL7V2", "FHIR_R4"])
def test_it_closes_the_follow_up_says_why_and_what_is_owed_next(
    navigator: Client, follow_up: FollowUp, way: str
) -> None:
    url = f"{reverse('sample_result', args=[follow_up.pk])}?as={way}"
    written = navigator.get(url).context["form"].initial["message"]

    sent = navigator.post(url, {"message": written}).context["sent"]

    follow_up.refresh_from_db()
    assert follow_up.outcome == "COMPLETED"
    assert "fulfils" in str(sent.why[-1]) or "MRI" in str(sent.why[-1])
    assert sent.match.undo_url
    assert [row.owed for row in sent.next_owed]
    assert ("MSA|AA|" if way == "HL7V2" else '"201 Created"') in sent.answer
    assert AuditEvent.objects.filter(detail__page="sample result").count() == 2


def test_sent_twice_it_is_one_message(navigator: Client, follow_up: FollowUp) -> None:
    url = reverse("sample_result", args=[follow_up.pk])
    written = navigator.get(url).context["form"].initial["message"]

    for _ in range(2):
        sent = navigator.post(url, {"message": written}).context["sent"]

    assert IntakeMessage.objects.count() == 1
    assert sent.is_closed


def test_a_preliminary_report_closes_nothing(navigator: Client, follow_up: FollowUp) -> None:
    url = reverse("sample_result", args=[follow_up.pk])
    written = navigator.get(url).context["form"].initial["message"]

    preliminary = written.replace("|RAD|F|", "|RAD|P|")
    sent = navigator.post(url, {"message": preliminary}).context["sent"]

    assert not sent.is_closed
    assert "preliminary" in str(sent.why[0])


def test_nobody_sends_in_the_name_of_another_system(navigator: Client, follow_up: FollowUp) -> None:
    url = reverse("sample_result", args=[follow_up.pk])
    written = navigator.get(url).context["form"].initial["message"]

    answer = navigator.post(url, {"message": written.replace("|BRIGID|", "|OTHER|", 1)})

    assert answer.status_code == 422
    assert not IntakeMessage.objects.exists()


def test_what_its_message_cannot_close_is_not_offered_and_says_why(
    navigator: Client, feeds: dict[str, IntakeFeed], clinic: Clinic
) -> None:
    """Whoever may have no contrast is advised what cannot end what is owed."""
    patient = surveyed(clinic).patient
    forbidden = frozenset({"MRI_DEVICE", "IODINATED_ALLERGY", "CEUS_ALLERGY"})
    told = RiskFacts(cirrhosis=Tri.YES, contraindications=forbidden)
    update_risk(patient=patient, facts=told, effective_on=TODAY, source="test", by=None, now=NOW)
    lesion = patient.lesions.get()
    grown = report(finding(lesion, "16"), on=date(2026, 3, 16), accession="GROWN")
    record_exam(patient=patient, report=grown, by=None, now=NOW)
    follow_up = FollowUp.objects.open().get(lesion=lesion, kind="IMAGING")

    listed = navigator.get(reverse("sample_results"))
    page = navigator.get(reverse("sample_result", args=[follow_up.pk]))

    assert listed.context["rows"] == []
    assert page.context["against"]
    assert "closes nothing by itself" in page.content.decode()


def test_a_list_leads_there_and_only_in_a_demonstration(
    navigator: Client, follow_up: FollowUp, settings
) -> None:
    [row] = navigator.get(reverse("sample_results")).context["rows"]
    offered = navigator.get(reverse("patient", args=[follow_up.patient_id])).content.decode()
    settings.DEMO = False
    hidden = navigator.get(reverse("patient", args=[follow_up.patient_id])).content.decode()

    assert row.url == reverse("sample_result", args=[follow_up.pk])
    assert row.url in offered
    assert row.url not in hidden
    assert navigator.get(row.url).status_code == 404
    assert navigator.get(reverse("sample_results")).status_code == 404


def test_what_is_written_is_read_again_as_it_was_meant(
    follow_up: FollowUp, feeds: dict[str, IntakeFeed]
) -> None:
    meant = sample_result(follow_up, number="A|1&2", now=NOW)
    finding = replace(meant.findings[0], conclusion=Conclusion.INDETERMINATE)
    meant = replace(meant, findings=(finding,), order_number="O^1")

    raw = as_hl7(report_as_oru(meant, feeds["HL7V2"]))
    [heard] = read_message(raw, {}, time_zone="Europe/London").parts
    bundle = report_as_bundle(meant).encode()
    told = read_of_feed(bundle, feeds["FHIR_R4"], received_at=NOW)

    assert heard == meant
    assert [part for part in told.parts if type(part) is type(meant)] == [meant]
    assert kind_of_exam(follow_up) == meant.modality
    assert json.loads(bundle)["type"] == "transaction"


def test_an_administrator_adds_a_feed_and_errors_stand_at_their_field(
    client: Client, clinic: Clinic
) -> None:
    client.force_login(MembershipFactory(site=clinic.site, role=Role.ADMINISTRATOR).user)
    url = reverse("intake_feed_new")
    said = {"site": clinic.site.slug, "name": "RIS", "format": "HL7V2", "mapping": ""}

    nameless = client.post(url, said)
    broken = client.post(url, said | {"sending_application": "RIS", "mapping": '{"nonsense": 1}'})
    added = client.post(url, said | {"sending_application": "RIS"})
    again = client.post(url, said | {"sending_application": "RIS"})

    assert list(nameless.context["form"].errors) == ["sending_application"]
    assert list(broken.context["form"].errors) == ["mapping"]
    assert added.status_code == 302
    assert list(again.context["form"].errors) == ["name"]
    assert IntakeFeed.objects.get().sending_application == "RIS"
