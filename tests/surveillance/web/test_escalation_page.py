"""Where an escalation's e-mail leads, and the answer to it."""

from datetime import date

import pytest
from django.test import Client

from patients.models import AuditEvent
from surveillance.models import Escalation, FollowUp
from tests.factories import NOW, PASSWORD
from tests.surveillance.web.scenes import (
    Clinic,
    a_clinic,
    an_assessment,
    an_exam,
    escalated,
    owed,
    window_ending,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
NEW_PASSWORD = "another correct horse"
ANSWER = {"next_action": "I call the patient myself.", "until": "2026-09-03"}


@pytest.fixture
def raised(clinic: Clinic) -> Escalation:
    return escalated(owed(clinic, -12), clinic.clinician)


@pytest.fixture
def clinician(clinic: Clinic, client: Client) -> Client:
    client.force_login(clinic.clinician)
    return client


def address(escalation: Escalation) -> str:
    return f"/escalations/{escalation.pk}/"


def test_link_asks_for_a_sign_in_and_comes_back(client: Client, raised: Escalation) -> None:
    response = client.get(address(raised))

    assert response.headers["Location"] == f"/accounts/login/?next={address(raised)}"


def test_page_says_what_is_overdue_why_and_what_is_advised(clinician, raised) -> None:
    text = clinician.get(address(raised)).content.decode()

    for words in (
        "Escalated to tier 3: 12 days overdue",
        "3, the responsible clinician (step L+7)",
        "Below 10 mm and indeterminate in cirrhosis.",
        "Surveillance imaging",
        "For clinician review",
        "follow-up imaging at 3-6 months is recommended",
        "Acknowledge",
    ):
        assert words in text


def test_newest_decision_is_shown_with_the_override_that_stands(clinician, clinic, raised) -> None:
    lesion = raised.follow_up.lesion
    newest = an_assessment(lesion, window_ending(30), rule="R33")
    an_assessment(
        lesion,
        window_ending(10),
        overrides=newest,
        override_kind="SOONER",
        override_reason="New pain.",
        assessed_by=clinic.clinician,
    )

    text = clinician.get(address(raised)).content.decode()

    assert "Rule R33" in text
    assert "Clinician’s decision: Sooner date" in text
    assert "What the protocol says" in text


def test_opening_it_is_recorded(clinician, raised) -> None:
    clinician.get(address(raised))

    assert AuditEvent.objects.get(action="viewed").detail == {"page": "escalation"}


def test_answer_is_noted_with_its_day(clinician, clinic: Clinic, raised) -> None:
    response = clinician.post(address(raised), ANSWER, follow=True)

    raised.refresh_from_db()
    assert (raised.acknowledged_by, raised.acknowledged_until) == (
        clinic.clinician,
        date(2026, 9, 3),
    )
    text = response.content.decode()
    assert "I call the patient myself. Until 3 Sep 2026." in text
    assert "Escalated to tier 3, acknowledged until 3 Sep 2026" in text


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        pytest.param({"next_action": ""}, "next_action", id="no action"),
        pytest.param({"until": ""}, "until", id="no day"),
        pytest.param({"until": "2026-09-08"}, "until", id="eight days ahead"),
        pytest.param({"until": "2026-08-30"}, "until", id="yesterday"),
    ],
)
def test_answer_that_cannot_be_is_told_at_its_field(clinician, raised, changed, field) -> None:
    response = clinician.post(address(raised), ANSWER | changed)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    raised.refresh_from_db()
    assert raised.acknowledged_at is None


def test_answer_to_what_a_colleague_answered_meanwhile_is_refused(
    clinician, clinic: Clinic, raised
) -> None:
    Escalation.objects.filter(pk=raised.pk).update(
        acknowledged_at=NOW,
        acknowledged_by=clinic.lead,
        acknowledged_until=date(2026, 9, 1),
        next_action="Calling now.",
    )

    response = clinician.post(address(raised), ANSWER)

    assert response.status_code == 422
    assert "Somebody else answered" in response.content.decode()
    raised.refresh_from_db()
    assert raised.next_action == "Calling now."


def test_earlier_answer_can_be_renewed_by_whoever_saw_it(clinician, clinic, raised) -> None:
    clinician.post(address(raised), ANSWER)
    seen = clinician.get(address(raised)).context["form"].initial["seen"]

    response = clinician.post(address(raised), ANSWER | {"seen": seen, "until": "2026-09-05"})

    assert response.status_code == 302
    raised.refresh_from_db()
    assert raised.acknowledged_until == date(2026, 9, 5)


def test_resolved_escalation_offers_no_form(clinician, raised) -> None:
    Escalation.objects.filter(pk=raised.pk).update(resolved_at=NOW, resolution="FOLLOW_UP_CLOSED")

    text = clinician.get(address(raised)).content.decode()

    assert "The follow-up ended, 31 Aug 2026, 09:00" in text
    assert "Take it on" not in text


def test_ended_escalation_says_how_it_ended_and_nothing_that_runs(clinician, raised) -> None:
    FollowUp.objects.filter(pk=raised.follow_up_id).update(closed_at=NOW, outcome="REMOVED")
    Escalation.objects.filter(pk=raised.pk).update(resolved_at=NOW, resolution="FOLLOW_UP_CLOSED")

    page = clinician.get(address(raised)).content.decode().split("<main", 1)[1]

    assert "Escalation to tier 3: ended</h1>" in page
    assert "This escalation has ended" in page
    assert "Outcome of the follow-up: Lesion removed or treated" in page
    assert "Nobody has to answer it any more." in page
    assert "Why it was owed" in page
    for running in ("days overdue", ">Overdue<", "Escalated to tier", "Comes back", "Who must act"):
        assert running not in page


def test_tier_that_was_passed_over_leads_to_the_one_that_runs(clinician, clinic, raised) -> None:
    Escalation.objects.filter(pk=raised.pk).update(resolved_at=NOW, resolution="SKIPPED")
    higher = escalated(raised.follow_up, clinic.clinician, tier=4)

    page = clinician.get(address(raised)).content.decode()

    assert f'href="{address(higher)}"' in page
    assert "Nobody has to answer" not in page


def test_site_is_named(clinician, clinic, raised) -> None:
    head = clinician.get(address(raised)).content.decode().split("hc-case__head", 1)[1]

    assert clinic.site.name in head.split("</div>", 1)[0]


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_roles_that_only_read_cannot_answer(client: Client, clinic: Clinic, raised, role) -> None:
    client.force_login(getattr(clinic, role))

    assert "Take it on" not in client.get(address(raised)).content.decode()
    assert client.post(address(raised), ANSWER).status_code == 403


def test_escalation_of_another_site_does_not_exist(client: Client, raised) -> None:
    client.force_login(a_clinic().clinician)

    assert client.get(address(raised)).status_code == 404
    assert client.post(address(raised), ANSWER).status_code == 404


def test_case_is_whole_and_the_five_answers_come_first(clinician, clinic, raised) -> None:
    an_exam(raised.follow_up.lesion, date(2026, 3, 3), 8.0)

    text = clinician.get(address(raised)).content.decode()

    answers = ("Order placed", "Change the plan", "Not indicated", "Followed elsewhere", "Not mine")
    places = [text.index(f">{words}<") for words in answers]
    assert places == sorted(places)
    assert text.index("At risk</strong> cirrhosis") < places[0]
    assert places[-1] < text.index("Why it is owed") < text.index("hc-chart__grid")
    assert '<details class="nhsuk-details" open>' in text
    assert "Not known, and could change the answer" in text
    assert f'href="/lesions/{raised.follow_up.lesion_id}/"' in text


@pytest.mark.parametrize("exams", [1, 8])
def test_case_asks_as_often_for_any_lesion(
    clinician, raised, exams, django_assert_max_num_queries
) -> None:
    for month in range(1, exams + 1):
        an_exam(raised.follow_up.lesion, date(2025, month, 3), 8.0)

    with django_assert_max_num_queries(22):
        clinician.get(address(raised))


def test_link_survives_sign_in_and_a_change_of_password(client: Client, clinic, raised) -> None:
    signed_in = client.post(
        f"/accounts/login/?next={address(raised)}",
        {"login": clinic.clinician.username, "password": PASSWORD, "next": address(raised)},
    )
    changed = client.post(
        f"/accounts/password/change/?next={address(raised)}",
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )

    assert signed_in.headers["Location"] == address(raised)
    assert changed.headers["Location"] == address(raised)
    assert client.get(address(raised)).status_code == 200
