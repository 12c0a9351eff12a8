"""The patient page: who may open it, what it says, and that opening it leaves a trace."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patients.models import AuditEvent
from surveillance.models import ContactAttempt, LesionAssessment
from tests.factories import (
    NOW,
    AfpResultFactory,
    MembershipFactory,
    PatientFactory,
    RiskProfileFactory,
    UserFactory,
)
from tests.surveillance.web.scenes import (
    Clinic,
    a_clinic,
    a_lesion,
    a_patient,
    an_assessment,
    an_exam,
    escalated,
    owed,
    window_ending,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def page_of(patient) -> str:
    return f"/patients/{patient.pk}/"


def text_of(client: Client, patient) -> str:
    return client.get(page_of(patient)).content.decode()


def test_patient_of_another_site_does_not_exist(navigator: Client) -> None:
    patient = a_patient(a_clinic())

    assert navigator.get(page_of(patient)).status_code == 404


def test_patient_is_hidden_from_whoever_is_not_signed_in(client: Client, clinic: Clinic) -> None:
    response = client.get(page_of(a_patient(clinic)))

    assert response.headers["Location"].startswith("/accounts/login/")


def test_patient_is_hidden_from_a_superuser_without_a_role(client: Client, clinic: Clinic) -> None:
    client.force_login(UserFactory(is_superuser=True, is_staff=True))

    assert client.get(page_of(a_patient(clinic))).status_code == 404


def test_opening_the_page_is_recorded(navigator: Client, clinic: Clinic) -> None:
    patient = a_patient(clinic)

    navigator.get(page_of(patient))

    [event] = AuditEvent.objects.filter(action="viewed")
    assert (event.patient_id, event.actor) == (str(patient.pk), f"user:{clinic.navigator.pk}")
    assert event.detail == {"page": "patient"}


def test_page_says_who_and_how_to_reach(navigator: Client, clinic: Clinic) -> None:
    patient = a_patient(clinic, reachable=True, interpreter_needed=True, language="pt")

    text = text_of(navigator, patient)

    assert "+44 20 7946 0000 (agreed)" in text
    assert "Portuguese, interpreter needed" in text
    assert "17 May 1970" in text


def test_missing_risk_facts_are_marked(navigator: Client, clinic: Clinic) -> None:
    patient = PatientFactory(site=clinic.site)

    response = navigator.get(page_of(patient))

    risk = response.context["risk"]
    assert risk.why == "no risk facts recorded"
    assert all(fact.is_missing for fact in risk.facts)
    assert "Nobody has recorded any risk fact." in response.content.decode()


def test_facts_that_cannot_matter_are_not_asked_for(navigator: Client, clinic: Clinic) -> None:
    def missing(**fields: object) -> set[str]:
        patient = a_patient(clinic, **fields)
        facts = navigator.get(page_of(patient)).context["risk"].facts
        return {fact.name for fact in facts if fact.is_missing}

    paediatric = {"Infection (TORCH) evaluation", "Signs of cardiac failure"}
    assert missing(sex="MALE") == set()
    assert missing(sex="FEMALE") == {"Pregnancy"}
    assert missing(sex="MALE", birth_date=date(2019, 6, 15)) == paediatric
    assert missing(sex="MALE", birth_date=None) == paediatric


def test_older_afp_results_are_counted(navigator: Client, clinic: Clinic) -> None:
    patient = a_patient(clinic)
    for day in range(1, 6):
        AfpResultFactory(patient=patient, taken_on=date(2026, 8, day))

    risk = navigator.get(page_of(patient)).context["risk"]

    assert (len(risk.afp), risk.afp_earlier) == (3, 2)


def test_afp_is_shown_with_its_marks(navigator: Client, clinic: Clinic) -> None:
    patient = a_patient(clinic)
    AfpResultFactory(patient=patient, taken_on=date(2026, 8, 1), value_ng_ml=24, rising=True)

    words = "24.0 ng/mL on 1 Aug 2026, rising, source: laboratory"
    assert words in text_of(navigator, patient)


def test_a_low_egfr_is_shown_with_its_value_whoever_ticked_it(
    navigator: Client, clinic: Clinic
) -> None:
    patient = a_patient(clinic)
    RiskProfileFactory(patient=patient, effective_on=date(2026, 8, 1), egfr=24)

    risk = navigator.get(page_of(patient)).context["risk"]

    assert (risk.contraindications, risk.egfr) == ("eGFR below 30", "24.0")
    assert "eGFR (mL/min/1.73 m²)" in text_of(navigator, patient)


def test_recommendation_carries_reasons_sources_rule_and_version(
    navigator: Client, clinic: Clinic
) -> None:
    follow_up = owed(clinic, -12)

    text = text_of(navigator, follow_up.patient)

    for words in (
        "Current recommendation: Surveillance imaging",
        "For clinician review",
        "Cirrhosis: yes, recorded 1 Jan 2020.",
        "Not known, and could change the answer",
        "follow-up imaging at 3-6 months is recommended",
        "S9",
        "R24: Indeterminate lesion below 10 mm in a patient at risk",
        "2026.1",
        "12 days overdue",
    ):
        assert words in text


def test_override_stands_beside_the_computed_rule(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, 30)
    an_assessment(
        follow_up.lesion,
        window_ending(10),
        overrides=follow_up.assessment,
        override_kind="SOONER",
        override_reason="New pain.",
        assessed_by=clinic.clinician,
    )

    text = text_of(navigator, follow_up.patient)

    assert "Clinician’s decision: Sooner date" in text
    assert "New pain." in text
    assert "What the protocol says: Surveillance imaging" in text


def test_sizes_are_drawn_and_tabled(navigator: Client, clinic: Clinic) -> None:
    lesion = a_lesion(a_patient(clinic))
    an_exam(lesion, date(2025, 9, 1), 7.0)
    an_exam(lesion, date(2026, 3, 3), 9.96, "MRI_HEPATOBILIARY")
    an_exam(lesion, date(2026, 6, 3), None, lesion_seen=False)

    response = navigator.get(page_of(lesion.patient))

    text = response.content.decode()
    [view] = response.context["lesions"]
    assert [row.size for row in view.exams] == ["not seen", "9.96 mm", "7.0 mm"]
    assert "<svg" in text
    assert "<title" in text
    assert "<desc" in text
    assert "style=" not in text


def test_escalations_and_contacts_are_shown(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, -12)
    escalation = escalated(follow_up, clinic.clinician)
    attempt = ContactAttempt.objects.create(
        patient=follow_up.patient,
        channel="PHONE",
        outcome="VOICEMAIL",
        note="Daughter answers after six.",
        attempted_at=NOW,
        attempted_by=clinic.navigator,
    )
    attempt.follow_ups.add(follow_up)

    text = text_of(navigator, follow_up.patient)

    assert f"/escalations/{escalation.pk}/" in text
    assert "Daughter answers after six." in text
    assert "about L1" in text


def test_merged_record_leads_to_the_one_that_goes_on(navigator: Client, clinic: Clinic) -> None:
    survivor = a_patient(clinic)
    merged = a_patient(clinic, merged_into=survivor)

    assert page_of(survivor) in text_of(navigator, merged)


def test_status_other_than_active_is_said(navigator: Client, clinic: Clinic) -> None:
    patient = a_patient(
        clinic, status="DECLINED", status_on=date(2026, 5, 1), status_reason="told Dr Ray"
    )

    assert "Declined since 1 May 2026: told Dr Ray" in text_of(navigator, patient)


CHASE = {"Order or book", "Followed elsewhere", "Snooze", "Close"}


@pytest.mark.parametrize(
    ("role", "actions"),
    [
        pytest.param("navigator", CHASE | {"Not mine"}, id="navigator, owner"),
        pytest.param("lead", CHASE | {"Change owner"}, id="lead"),
        pytest.param("clinician", CHASE, id="clinician"),
        pytest.param("administrator", set(), id="administrator"),
        pytest.param("auditor", set(), id="auditor"),
    ],
)
def test_actions_are_those_of_the_role(client: Client, clinic: Clinic, role, actions) -> None:
    follow_up = owed(clinic, 20)
    client.force_login(getattr(clinic, role))

    response = client.get(page_of(follow_up.patient))

    [lesion] = response.context["lesions"]
    assert {link.words for link in lesion.owed[0].links} == actions
    assert bool(response.context["contact_url"]) == bool(actions)


def test_review_is_not_booked(navigator: Client, clinic: Clinic) -> None:
    review = owed(clinic, 20, kind="REVIEW", recommendation="MANUAL_REVIEW")

    [lesion] = navigator.get(page_of(review.patient)).context["lesions"]

    assert [link.words for link in lesion.owed[0].links] == ["Snooze", "Close", "Not mine"]


def test_history_is_of_the_lesion_asked_for(navigator: Client, clinic: Clinic) -> None:
    patient = a_patient(clinic)
    urgent = owed(clinic, -9, patient=patient)
    other = owed(clinic, 90, lesion=a_lesion(patient, "L2"))

    def with_history(query: dict[str, str]) -> list[str]:
        lesions = navigator.get(page_of(patient), query).context["lesions"]
        return [lesion.key for lesion in lesions if lesion.history]

    assert with_history({}) == [str(urgent.lesion_id)]
    assert with_history({"lesion": str(other.lesion_id)}) == [str(other.lesion_id)]
    assert with_history({"lesion": "nonsense"}) == [str(urgent.lesion_id)]


def test_one_visit_for_several_lesions_is_the_strongest_and_the_soonest(
    navigator: Client, clinic: Clinic
) -> None:
    first = owed(clinic, 20, advised_modality="US")
    alone = navigator.get(page_of(first.patient)).context["one_visit"]
    owed(clinic, 5, lesion=a_lesion(first.patient, "L2"), advised_modality="CT_MULTIPHASE")

    told = navigator.get(page_of(first.patient)).content.decode()

    assert alone == ""
    assert "One visit can serve all 2: CT, multiphase, at the latest 5 Sep 2026." in told


def test_queries_do_not_grow_with_lesions(navigator: Client, clinic: Clinic) -> None:
    patient = a_patient(clinic)

    def queries() -> int:
        with CaptureQueriesContext(connection) as context:
            navigator.get(page_of(patient))
        return len(context)

    for number in range(2):
        an_exam(owed(clinic, -9, lesion=a_lesion(patient, f"L{number}")).lesion, NOW.date(), 7)
    navigator.get(page_of(patient))
    few = queries()
    for number in range(2, 9):
        an_exam(owed(clinic, -9, lesion=a_lesion(patient, f"L{number}")).lesion, NOW.date(), 7)

    assert queries() == few


def test_snooze_is_told_until_its_day(navigator: Client, clinic: Clinic) -> None:
    awake = owed(clinic, 9, snoozed_until=NOW.date(), snooze_reason="Was abroad.")
    asleep = owed(clinic, 9, snoozed_until=date(2026, 9, 1), snooze_reason="Is abroad.")

    assert "Was abroad." not in text_of(navigator, awake.patient).split("History")[0]
    assert "Is abroad." in text_of(navigator, asleep.patient).split("History")[0]


def test_role_that_ended_opens_nothing(client: Client, clinic: Clinic) -> None:
    patient = a_patient(clinic)
    ended = MembershipFactory(site=clinic.site, ended_on=date(2026, 1, 1))
    client.force_login(ended.user)

    assert client.get(page_of(patient)).status_code == 404


def test_lesion_without_any_decision_is_shown(navigator: Client, clinic: Clinic) -> None:
    lesion = a_lesion(a_patient(clinic))

    text = text_of(navigator, lesion.patient)

    assert not LesionAssessment.objects.exists()
    assert "Nothing is owed to this lesion at present." in text
    assert "No exam of this lesion is recorded." in text


def test_what_is_overdue_and_at_risk_cannot_be_put_aside(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, -1)

    response = navigator.get(page_of(follow_up.patient))

    [lesion] = response.context["lesions"]
    assert "Snooze" not in {link.words for link in lesion.owed[0].links}
    assert lesion.owed[0].no_snooze == "Cannot be put aside: its last day, 30 Aug 2026, has come."
