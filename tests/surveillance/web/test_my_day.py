"""My day, the call sheet, and how old a list is."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.test import Client

from patients.models import AuditEvent
from surveillance.models import ContactAttempt, ContactChannel
from surveillance.protocol.reaching import Tried
from surveillance.protocol.terms import ContactOutcome, DayPart
from surveillance.web.call_times import best_time
from surveillance.workflows.log_contact import log_contact
from tests.factories import NOW, TODAY
from tests.surveillance.web.scenes import Clinic, a_clinic, a_patient, escalated, owed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def sections(response) -> dict[str, list[str]]:
    return {
        one.key: [row.name for row in one.errands] for one in response.context["page"]["sections"]
    }


def patient(clinic: Clinic, name: str, **fields):
    return a_patient(clinic, family_name=name, given_name="", **fields)


def tried(patient, **fields) -> None:
    values = {"channel": "PHONE", "outcome": "NO_ANSWER", "attempted_at": NOW - timedelta(days=3)}
    ContactAttempt.objects.create(patient=patient, **values | fields)


def test_each_errand_stands_once_under_its_heading(navigator: Client, clinic: Clinic) -> None:
    booked: dict[str, Any] = {"ordered_on": TODAY, "booked_for": TODAY + timedelta(days=5)}
    again = owed(clinic, 60, patient=patient(clinic, "Again"), **booked)
    later = owed(clinic, 60, patient=patient(clinic, "Later"), **booked)
    tried(again.patient, next_try_on=TODAY, next_try_part="MORNING")
    tried(later.patient, next_try_on=TODAY + timedelta(days=1))
    owed(clinic, 10, patient=patient(clinic, "Order"))
    owed(clinic, 10, patient=patient(clinic, "Book"), ordered_on=TODAY)
    colleagues = owed(clinic, 10, patient=patient(clinic, "Colleague"), owner=clinic.lead)
    for row, until in ((again, TODAY), (later, TODAY + timedelta(days=3))):
        escalation = escalated(row, clinic.navigator)
        type(escalation).objects.filter(pk=escalation.pk).update(
            acknowledged_at=NOW,
            acknowledged_by=clinic.navigator,
            acknowledged_until=until,
            next_action="I call.",
        )
    escalated(colleagues, clinic.lead)

    found = sections(navigator.get("/queue/day/"))

    assert found == {
        "calls": ["Again"],
        "order": ["Order"],
        "book": ["Book"],
        "back": ["Again"],
    }


def test_call_made_since_or_taken_back_counts_as_it_should(
    navigator: Client, clinic: Clinic
) -> None:
    due = owed(clinic, 60, patient=patient(clinic, "Due"), ordered_on=TODAY)
    tried(due.patient, next_try_on=TODAY)
    tried(due.patient, outcome="AGREED", attempted_at=NOW - timedelta(days=1))
    after_a_call = sections(navigator.get("/queue/day/"))["calls"]
    mistaken = {"retracted_at": NOW, "retracted_reason": "Wrong row."}
    tried(due.patient, attempted_at=NOW, next_try_on=TODAY + timedelta(days=9), **mistaken)
    after_a_mistake = sections(navigator.get("/queue/day/"))["calls"]

    assert after_a_call == []
    assert after_a_mistake == []


def test_day_needs_a_role_and_shows_no_other_site(client: Client, clinic: Clinic) -> None:
    other = a_clinic()
    client.force_login(other.navigator)
    owed(clinic, 10, owner=other.navigator)

    assert sections(client.get("/queue/day/"))["order"] == []
    assert client.get("/queue/day/", {"site": clinic.site.slug}).status_code == 403


def test_day_costs_the_same_queries_for_any_number(
    navigator: Client, clinic: Clinic, django_assert_max_num_queries
) -> None:
    for _ in range(6):
        row = owed(clinic, 10)
        tried(row.patient, next_try_on=TODAY)
        owed(clinic, 10, ordered_on=TODAY)

    with django_assert_max_num_queries(24):
        navigator.get("/queue/day/")


def test_call_sheet_says_all_that_is_needed_and_that_it_was_seen(
    navigator: Client, clinic: Clinic
) -> None:
    ada = patient(clinic, "Okafor", language="es", interpreter_needed=True, phone="0191 498 0000")
    owed(clinic, -12, patient=ada)

    text = navigator.get(f"/patients/{ada.pk}/call-sheet/").content.decode()

    assert "0191 498 0000" in text
    assert "Spanish" in text
    assert "have an interpreter on the line" in text
    assert "Nobody has called yet: any time" in text
    assert "12 days overdue" in text
    assert 'lang="es"' in text
    assert AuditEvent.objects.get(action="viewed").detail == {"page": "call sheet"}


def test_call_sheet_of_another_site_does_not_exist(navigator: Client) -> None:
    ada = owed(a_clinic(), -1).patient

    assert navigator.get(f"/patients/{ada.pk}/call-sheet/").status_code == 404


def call(part: DayPart, outcome: ContactOutcome, channel: str = "PHONE") -> Tried:
    return Tried(TODAY, part, channel, outcome)


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        pytest.param([], "Nobody has called yet: any time", id="never"),
        pytest.param(
            [call(DayPart.MORNING, ContactOutcome.SENT, "LETTER")],
            "Nobody has called yet: any time",
            id="a letter is no call",
        ),
        pytest.param(
            [
                call(DayPart.MORNING, ContactOutcome.NO_ANSWER),
                call(DayPart.EVENING, ContactOutcome.NO_ANSWER),
                call(DayPart.EVENING, ContactOutcome.AGREED),
            ],
            "In the evening: reached 1 time of 2",
            id="reached once",
        ),
        pytest.param(
            [call(DayPart.MORNING, ContactOutcome.NO_ANSWER)],
            "Not tried yet: in the afternoon. No success: morning 1",
            id="what was not tried",
        ),
        pytest.param(
            [
                call(DayPart.MORNING, ContactOutcome.NO_ANSWER),
                call(DayPart.MORNING, ContactOutcome.BUSY),
                call(DayPart.AFTERNOON, ContactOutcome.NO_ANSWER),
                call(DayPart.EVENING, ContactOutcome.VOICEMAIL),
                call(DayPart.EVENING, ContactOutcome.VOICEMAIL),
            ],
            "Never reached; tried least in the afternoon. "
            "No success: morning 2, afternoon 1, evening 2",
            id="everything was tried",
        ),
    ],
)
def test_best_time(calls, words) -> None:
    assert best_time(calls) == words


def changed(client: Client, clinic: Clinic, since=NOW):
    address = f"/queue/changed/?site={clinic.site.slug}&since={quote(since.isoformat())}"
    return client.get(address, headers={"HX-Request": "true", "X-Background": "1"})


def test_nothing_has_happened(navigator: Client, clinic: Clinic) -> None:
    row = owed(clinic, -1)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        navigator.get(f"/follow-ups/{row.pk}/panel/")
        navigator.post(f"/patients/{row.patient_id}/note/", {"text": "My own note."})

    assert changed(navigator, clinic).status_code == 204


def test_others_have_changed_something(navigator: Client, clinic: Clinic) -> None:
    log_contact(
        patient=owed(clinic, -1).patient,
        follow_ups=[],
        channel=ContactChannel.PHONE,
        outcome=ContactOutcome.NO_ANSWER,
        by=clinic.lead,
        now=NOW + timedelta(minutes=1),
    )

    response = changed(navigator, clinic)

    assert response.status_code == 286  # htmx asks no more
    assert "since 31 Aug 2026, 09:00" in response.content.decode()


def test_asking_is_bounded_by_site_and_by_a_moment(navigator: Client, clinic: Clinic) -> None:
    assert changed(navigator, a_clinic()).status_code == 403
    for since in ("", "yesterday", "2026-08-31T09:00:00"):
        assert navigator.get("/queue/changed/", {"since": since}).status_code == 400


def test_asking_by_itself_keeps_no_session_alive(navigator: Client, clinic: Clinic) -> None:
    navigator.get("/queue/")
    with time_machine.travel(NOW + timedelta(minutes=10), tick=False):
        before = navigator.session["renewed"]
        changed(navigator, clinic)
        after = navigator.session["renewed"]
        navigator.get("/queue/")

        assert before == after
        assert navigator.session["renewed"] > after


def test_queue_says_when_it_was_made(navigator: Client) -> None:
    text = navigator.get("/queue/").content.decode()

    assert "As of 31 Aug 2026, 09:00." in text


def test_session_that_ended_leads_back_to_the_list(client: Client) -> None:
    response = client.get(
        "/follow-ups/00000000-0000-0000-0000-000000000000/panel/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/queue/?tab=due"},
    )

    assert response.headers["HX-Redirect"] == "/accounts/login/?next=%2Fqueue%2F%3Ftab%3Ddue"
