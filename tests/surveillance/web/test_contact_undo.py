"""A call logged by mistake: undone at once by who logged it, later taken back by a lead."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from surveillance.models import ContactAttempt
from tests.factories import NOW, MembershipFactory
from tests.surveillance.web.scenes import Clinic, a_clinic, owed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
CALL = {"outcome": "NO_ANSWER", "channel": "PHONE", "attempted_at": "2026-08-31T09:00"}
REASON = {"reason": "Logged by mistake."}


@pytest.fixture
def follow_up(clinic: Clinic):
    return owed(clinic, -1)


@pytest.fixture
def attempt(navigator: Client, follow_up) -> ContactAttempt:
    navigator.post(f"/patients/{follow_up.patient_id}/contact/?row={follow_up.pk}", CALL)
    return ContactAttempt.objects.get()


def address(attempt: ContactAttempt) -> str:
    return f"/contacts/{attempt.pk}/take-back/"


def panel(client: Client, follow_up):
    response = client.get(f"/follow-ups/{follow_up.pk}/panel/", headers={"HX-Request": "true"})
    return response.context["panel"]


def test_undo_is_offered_with_its_end_and_takes_the_call_back(
    navigator: Client, follow_up, attempt
) -> None:
    offered = panel(navigator, follow_up).undo

    response = navigator.post(offered.url, {"reason": offered.reason})

    attempt.refresh_from_db()
    assert (offered.what, offered.until) == ("No answer", "09:15")
    assert response.headers["Location"] == f"/follow-ups/{follow_up.pk}/panel/"
    assert attempt.retracted_reason == "Logged by mistake."
    after = panel(navigator, follow_up)
    assert after.undo is None
    assert after.contacts[0].taken_back == "Taken back 31 Aug 2026, 09:00: Logged by mistake."
    assert after.row.last_contact == "No contact yet"


def test_the_same_call_can_be_logged_after_an_undo(navigator: Client, follow_up, attempt) -> None:
    navigator.post(address(attempt), REASON)

    navigator.post(f"/patients/{follow_up.patient_id}/contact/", CALL)

    assert ContactAttempt.objects.standing().count() == 1
    assert ContactAttempt.objects.count() == 2


def test_undo_ends_after_a_quarter_of_an_hour(navigator: Client, follow_up, attempt) -> None:
    with time_machine.travel(NOW + timedelta(minutes=16), tick=False):
        offered = panel(navigator, follow_up).undo
        response = navigator.post(address(attempt), REASON, follow=True)

    attempt.refresh_from_db()
    assert offered is None
    assert attempt.retracted_at is None
    assert "It could be undone until 31 Aug 2026, 09:15" in response.content.decode()


def test_colleague_cannot_undo_it(client: Client, clinic: Clinic, attempt) -> None:
    client.force_login(MembershipFactory(site=clinic.site).user)

    assert client.post(address(attempt), REASON).status_code == 403
    attempt.refresh_from_db()
    assert attempt.retracted_at is None


def test_lead_takes_it_back_on_any_day_and_says_why(
    client: Client, clinic: Clinic, follow_up, attempt
) -> None:
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        client.force_login(clinic.lead)
        page = client.get(f"/patients/{follow_up.patient_id}/").content.decode()
        refused = client.post(address(attempt), {"reason": ""})
        client.post(address(attempt), {"reason": "The wrong patient."})

    attempt.refresh_from_db()
    assert address(attempt) in page
    assert refused.status_code == 422
    assert attempt.retracted_by == clinic.lead


def test_attempt_at_another_site_does_not_exist(client: Client, attempt) -> None:
    client.force_login(a_clinic().lead)

    assert client.get(address(attempt)).status_code == 404
