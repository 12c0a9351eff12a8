"""Why is this patient not in the queue? One sentence, with the rule and the fact."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from patients.models import Patient, PatientStatus
from surveillance.exam_reports import ExamReport, Finding
from surveillance.models import FollowUp, FollowUpOutcome
from surveillance.protocol.terms import Conclusion, LesionKind, Modality
from surveillance.workflows.close_follow_up import close_follow_up
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.register_lesion import register_lesion
from surveillance.workflows.withdraw_patient import withdraw_patient
from tests.factories import NOW, TODAY, MembershipFactory
from tests.surveillance.web.scenes import (
    Clinic,
    a_clinic,
    a_lesion,
    a_patient,
    owed,
    surveyed,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def sentence(client: Client, patient: Patient) -> str:
    return str(client.get(f"/patients/{patient.pk}/").context["queue_words"])


def note(client: Client, patient: Patient, **state: str) -> str:
    page = client.post("/queue/", {"q": patient.mrn} | state).context["page"]
    found = [*page.rows, *page.found.not_owed]
    assert len(found) == 1
    return str(found[0].note if page.rows else found[0].why)


def test_no_lesion(navigator: Client, clinic: Clinic) -> None:
    patient = a_patient(clinic)

    words = "Not in the queue: no lesion is recorded, so no rule can owe anything."
    assert sentence(navigator, patient) == note(navigator, patient) == words


def test_ended_by_a_rule_and_its_fact(navigator: Client, clinic: Clinic) -> None:
    patient = a_patient(clinic, cirrhotic=False, low_risk=True)
    lesion = register_lesion(
        patient=patient, label="L1", kind=LesionKind.CYSTIC, segments=(), by=None, now=NOW
    )
    report = ExamReport(
        accession="A1",
        performed_on=date(2026, 8, 1),
        modality=Modality.MRI_HEPATOBILIARY,
        findings=(
            Finding(
                lesion=lesion, size_mm=Decimal("8.0"), conclusion=Conclusion.HEMANGIOMA_TYPICAL
            ),
        ),
    )
    record_exam(patient=patient, report=report, by=None, now=NOW)
    decided = lesion.assessments.newest_first()[0]
    assert decided.stop

    words = sentence(navigator, patient)

    begins = f"Not in the queue: nothing is owed to Lesion L1: rule {decided.rule}, “"
    assert words.startswith(begins)
    assert decided.answer["reasons"][0].rstrip(".") in words


def test_signed_by_a_clinician(navigator: Client, clinic: Clinic) -> None:
    follow_up = surveyed(clinic)
    close_follow_up(
        follow_up=follow_up,
        outcome=FollowUpOutcome.NOT_APPROPRIATE,
        note="Terminal heart failure.",
        by=clinic.clinician,
        now=NOW,
    )

    who = clinic.clinician.get_full_name()
    assert sentence(navigator, follow_up.patient) == (
        "Not in the queue: nothing is owed to Lesion L1, segment VII: "
        f"{who} signed on 31 Aug 2026, 09:00 that surveillance is not appropriate "
        "(Terminal heart failure)."
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (PatientStatus.DECEASED, "Not in the queue: died on 30 Aug 2026 (rule R01)."),
        (
            PatientStatus.TRANSFERRED_ACKNOWLEDGED,
            "Not in the queue: transferred on 30 Aug 2026, and the other side acknowledged it "
            "(rule R02).",
        ),
    ],
)
def test_status_of_the_patient(navigator: Client, clinic: Clinic, status, words) -> None:
    follow_up = surveyed(clinic)
    withdraw_patient(
        patient=follow_up.patient,
        status=status,
        status_on=TODAY - timedelta(days=1),
        reason="Told by the family.",
        by=clinic.clinician,
        now=NOW,
    )

    assert not FollowUp.objects.open().exists()
    assert sentence(navigator, follow_up.patient) == words


def test_merged_record(navigator: Client, clinic: Clinic) -> None:
    survivor = a_patient(clinic, mrn="GOES-ON")
    merged = a_patient(clinic, merged_into=survivor)

    assert sentence(navigator, merged) == (
        "Not in the queue: this record was merged; what is owed stands under MRN GOES-ON."
    )


def test_lesion_that_nothing_accounts_for_is_an_error_to_mend(navigator, clinic: Clinic) -> None:
    lesion = a_lesion(a_patient(clinic))

    assert "has no standing decision" in sentence(navigator, lesion.patient)


def test_window_that_is_not_open_yet(navigator: Client, clinic: Clinic) -> None:
    row = owed(clinic, 300, patient=a_patient(clinic, phone="020 7946 0000"))

    assert sentence(navigator, row.patient) == (
        "Only in the list “All owed”: the window opens on 29 Mar 2027 "
        "(Surveillance imaging: MRI, hepatobiliary contrast; lesion L1, segment VII)."
    )


def test_booked(navigator: Client, clinic: Clinic) -> None:
    patient = a_patient(clinic, phone="020 7946 0000")
    row = owed(clinic, 100, patient=patient, booked_for=date(2026, 10, 1))

    assert ": booked for 1 Oct 2026 (" in sentence(navigator, row.patient)


def test_where_somebody_is_shown(navigator: Client, clinic: Clinic) -> None:
    row = owed(clinic, -3, patient=a_patient(clinic, phone="020 7946 0000"))

    assert sentence(navigator, row.patient) == (
        "In the queue under “Overdue”, “To order” and “To book”."
    )
    assert note(navigator, row.patient, tab="overdue") == ""


def test_put_aside_with_the_reason(navigator: Client, clinic: Clinic) -> None:
    until = TODAY + timedelta(days=3)
    row = owed(clinic, -3, snoozed_until=until, snooze_reason="In hospital.")

    words = note(navigator, row.patient, tab="overdue")

    assert "put aside until 3 Sep 2026: In hospital (" in words


def test_search_says_why_the_list_in_view_does_not_show_it(navigator, clinic: Clinic) -> None:
    row = owed(clinic, 40)

    assert note(navigator, row.patient, tab="overdue") == (
        "Not in “Overdue”: the last day is 10 Oct 2026 "
        "(Surveillance imaging: MRI, hepatobiliary contrast; lesion L1, segment VII)."
    )


def test_search_says_which_filter_hides_it(navigator: Client, clinic: Clinic) -> None:
    row = owed(clinic, -3)
    state = {"tab": "overdue", "language": "es", "class": "URGENT", "risk": "AT_RISK"}

    assert note(navigator, row.patient, **state) == (
        "Hidden by the filters “Class: Urgent” and “Language: Spanish”."
    )


def test_search_says_that_it_is_another_site(navigator: Client, clinic: Clinic) -> None:
    elsewhere = a_clinic(name="Another")
    row = owed(elsewhere, -3)
    MembershipFactory(user=clinic.navigator, site=elsewhere.site)
    navigator.get("/queue/", {"site": clinic.site.slug})

    assert note(navigator, row.patient) == (
        "Not in this list: followed at Another, and you look at the queue of St Brigid."
    )


def test_colleagues_work_names_the_colleague(navigator: Client, clinic: Clinic) -> None:
    row = owed(clinic, -3, owner=clinic.clinician)
    who = clinic.clinician.get_full_name()

    assert f": {who} answers for it, not you (" in note(navigator, row.patient, tab="mine")
    assert "who is no navigator here (" in note(navigator, row.patient, tab="team")
