"""Leave and cover on its pages: planned, ended, handed over, and found again."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.models import Absence
from surveillance.models import ContactAttempt
from surveillance.workflows.disown_follow_up import disown_follow_up
from tests.factories import NOW, TODAY, MembershipFactory
from tests.surveillance.web.scenes import Clinic, a_clinic, a_patient, escalated, owed

PAGE = reverse("absences")


def an_absence(clinic: Clinic, **fields: Any) -> Absence:
    values = {
        "user": clinic.navigator,
        "site": clinic.site,
        "first_on": TODAY,
        "last_on": TODAY + timedelta(days=7),
        "cover": clinic.lead,
        "planned_at": NOW - timedelta(days=3),
    }
    return Absence.objects.create(**values | fields)


def asked(clinic: Clinic, **changes: Any) -> dict[str, Any]:
    return {
        "user": clinic.navigator.pk,
        "first_on": TODAY,
        "last_on": TODAY + timedelta(days=7),
        "cover": clinic.lead.pk,
    } | changes


def test_one_plans_ones_own_leave(navigator: Client, clinic: Clinic) -> None:
    response = navigator.post(PAGE, asked(clinic), follow=True)

    assert Absence.objects.get().cover == clinic.lead
    [row] = response.context["rows"]
    assert (row.person, row.end_words) == (clinic.navigator.get_full_name(), "Back today")
    assert "Planned" in response.content.decode()


def test_a_navigator_is_offered_only_their_own_leave(navigator: Client, clinic: Clinic) -> None:
    response = navigator.post(PAGE, asked(clinic, user=clinic.lead.pk, cover=clinic.clinician.pk))

    assert response.status_code == 422
    assert not Absence.objects.exists()


def test_a_lead_plans_for_others(today: None, client: Client, clinic: Clinic) -> None:
    client.force_login(clinic.lead)

    client.post(PAGE, asked(clinic))

    assert Absence.objects.get().user == clinic.navigator


def test_a_refusal_is_shown_at_its_field(navigator: Client, clinic: Clinic) -> None:
    an_absence(clinic, user=clinic.lead, cover=clinic.clinician)

    response = navigator.post(PAGE, asked(clinic))

    assert response.status_code == 422
    assert "is away from" in response.context["form"].errors["cover"][0]


def test_an_auditor_looks_and_plans_nothing(today: None, client: Client, clinic: Clinic) -> None:
    an_absence(clinic)
    client.force_login(clinic.auditor)

    response = client.get(PAGE)

    assert "Plan an absence" not in response.content.decode()
    assert response.context["rows"][0].end_words == ""


def test_it_is_ended_with_one_button(navigator: Client, clinic: Clinic) -> None:
    row = an_absence(clinic)

    response = navigator.post(reverse("absence_end", args=[row.pk]), follow=True)

    row.refresh_from_db()
    assert row.ended_on == TODAY
    assert "answers again from today" in response.content.decode()


def test_one_that_is_over_says_so(navigator: Client, clinic: Clinic) -> None:
    past = TODAY - timedelta(days=3)
    row = an_absence(clinic, first_on=past, last_on=past)

    response = navigator.post(reverse("absence_end", args=[row.pk]), follow=True)

    assert "by itself" in response.content.decode()


def test_others_do_not_end_it(today: None, client: Client, clinic: Clinic) -> None:
    row = an_absence(clinic)
    client.force_login(clinic.clinician)

    assert client.post(reverse("absence_end", args=[row.pk])).status_code == 403


@pytest.mark.parametrize(
    ("fields", "state", "words"),
    [
        pytest.param({}, "Away", "Back today", id="away"),
        pytest.param({"first_on": TODAY + timedelta(days=1)}, "Coming", "Cancel", id="coming"),
        pytest.param(
            {"first_on": TODAY - timedelta(days=3), "last_on": TODAY - timedelta(days=1)},
            "Back",
            "",
            id="over",
        ),
        pytest.param(
            {"first_on": TODAY - timedelta(days=3), "ended_on": TODAY}, "Back early", "", id="early"
        ),
    ],
)
def test_the_list_says_where_it_stands(
    navigator: Client, clinic: Clinic, fields: dict[str, Any], state: str, words: str
) -> None:
    an_absence(clinic, **fields)

    [row] = navigator.get(PAGE).context["rows"]

    assert (row.state.words, row.end_words) == (state, words)


def test_a_cover_who_cannot_answer_any_more_is_named(navigator: Client, clinic: Clinic) -> None:
    left = MembershipFactory(site=clinic.site, ended_on=date(2026, 1, 1)).user
    an_absence(clinic, cover=left)

    [row] = navigator.get(PAGE).context["rows"]

    assert "cannot answer any more" in row.cover
    assert clinic.lead.get_full_name() in row.cover


# ---------------------------------------------------------------- the hand-over list


def test_the_cover_sees_everything_that_is_taken_over(
    today: None, client: Client, clinic: Clinic
) -> None:
    patient = a_patient(clinic, family_name="Overtaken")
    follow_up = owed(clinic, 10, patient=patient)
    owed(clinic, 5, owner=clinic.clinician)
    escalated(follow_up, clinic.navigator, tier=1)
    row = an_absence(clinic)
    client.force_login(clinic.lead)

    response = client.get(reverse("absence", args=[row.pk]))

    found = response.context["list"]
    assert [one.name for one in found.owed] == ["Overtaken, Alex"]
    assert [one.patient for one in found.escalations] == ["Overtaken, Alex"]
    assert found.cover == clinic.lead.get_full_name()
    said = response.content.decode()
    assert "No contact yet" in said
    assert found.owed[0].by in said


def test_who_returns_sees_what_happened_meanwhile(navigator: Client, clinic: Clinic) -> None:
    patient = a_patient(clinic)
    follow_up = owed(clinic, 10, patient=patient)
    gone = owed(clinic, 10)
    raised = escalated(follow_up, clinic.navigator, tier=1)
    raised.acknowledged_at, raised.acknowledged_by = NOW, clinic.lead
    raised.acknowledged_until, raised.next_action = TODAY, "Ring the daughter"
    raised.save()
    ContactAttempt.objects.create(
        patient=patient,
        channel="PHONE",
        outcome="VOICEMAIL",
        attempted_at=NOW,
        attempted_by=clinic.lead,
    )
    before = NOW - timedelta(days=30)
    ContactAttempt.objects.create(
        patient=patient, channel="PHONE", outcome="AGREED", attempted_at=before
    )
    row = an_absence(clinic, first_on=TODAY - timedelta(days=2), last_on=TODAY)
    disown_follow_up(follow_up=gone, by=clinic.lead, now=NOW)

    happened = navigator.get(reverse("absence", args=[row.pk])).context["happened"]

    said = [f"{one.words} {one.by}" for one in happened]
    assert any("Voicemail" in one and clinic.lead.get_full_name() in one for one in said)
    assert any("Ring the daughter" in one for one in said)
    assert any("Escalated to tier 1" in one for one in said)
    assert any("passed on to" in one for one in said)
    assert not any("greed" in one for one in said)


def test_the_list_of_another_site_is_not_there(navigator: Client) -> None:
    row = an_absence(a_clinic())

    assert navigator.get(reverse("absence", args=[row.pk])).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_list(
    navigator: Client, clinic: Clinic
) -> None:
    row = an_absence(clinic)
    owed(clinic, 10)
    page = reverse("absence", args=[row.pk])
    navigator.get(page)
    with CaptureQueriesContext(connection) as few:
        navigator.get(page)
    for _ in range(10):
        escalated(owed(clinic, 10), clinic.navigator, tier=1)

    with CaptureQueriesContext(connection) as many:
        navigator.get(page)

    assert len(many) == len(few)


# ---------------------------------------------------------------- who answers, on other pages


def test_the_cover_finds_the_work_under_mine_and_the_absent_does_not(
    today: None, client: Client, clinic: Clinic
) -> None:
    owed(clinic, 10)
    an_absence(clinic)
    address = f"{reverse('queue')}?tab=mine"

    client.force_login(clinic.lead)
    covered = client.get(address).context["page"]
    client.force_login(clinic.navigator)
    own = client.get(address).context["page"]

    assert len(covered.rows) == 1
    assert covered.rows[0].owner == (
        f"{clinic.lead.get_full_name()}, for {clinic.navigator.get_full_name()} who is away"
    )
    assert own.rows == ()


def test_the_patient_page_names_who_answers_now(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, 10)
    an_absence(clinic)

    said = navigator.get(reverse("patient", args=[follow_up.patient_id])).content.decode()

    assert f"for {clinic.navigator.get_full_name()} who is away" in said


def test_leave_and_cover_is_in_the_menu(navigator: Client) -> None:
    assert f'href="{PAGE}"' in navigator.get(reverse("queue")).content.decode()
