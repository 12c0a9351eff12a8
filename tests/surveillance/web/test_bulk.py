"""Many rows at once: a preview of each, one click, and refusals that stay with their row."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from surveillance.models import FollowUp, Notification
from surveillance.workflows.book_follow_up import book_follow_up
from tests.factories import NOW, MembershipFactory
from tests.surveillance.letters.scenes import HOME
from tests.surveillance.web.scenes import Clinic, a_clinic, a_patient, owed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
BULK = "/queue/bulk/"


def pick(follow_up: FollowUp) -> str:
    return f"{follow_up.pk}.{follow_up.version}"


def named(clinic: Clinic, name: str, **fields: Any) -> FollowUp:
    return owed(clinic, -1, patient=a_patient(clinic, family_name=name, given_name="", **fields))


def said(response, which: str) -> dict[str, str]:
    lines = response.context["page"][which]
    return {line.name: line.refusal or line.words for line in lines}


@pytest.fixture
def reachable(clinic: Clinic) -> FollowUp:
    return named(clinic, "Reachable", **HOME)


@pytest.fixture
def homeless(clinic: Clinic) -> FollowUp:
    return named(clinic, "Homeless", address="", city="", postal_code="")


@pytest.fixture
def lead(client: Client, clinic: Clinic) -> Client:
    client.force_login(clinic.lead)
    return client


def test_preview_says_for_each_what_happens_or_why_not(
    navigator: Client, reachable, homeless
) -> None:
    response = navigator.post(BULK, {"act": "letter", "pick": [pick(reachable), pick(homeless)]})

    assert said(response, "can") == {
        "Reachable": "“Reminder to the patient” waits for the next print run, in English"
    }
    assert "No complete postal address" in said(response, "cannot")["Homeless"]
    assert not Notification.objects.exists()
    assert pick(homeless) not in response.content.decode()


def test_confirmed_twice_is_one_letter_each(navigator: Client, reachable, homeless) -> None:
    confirm = {"act": "letter", "go": "1", "pick": [pick(reachable), pick(homeless)]}

    first = navigator.post(BULK, confirm)
    navigator.post(BULK, confirm)

    assert said(first, "can") == {"Reachable": "The letter waits for the next print run"}
    assert list(said(first, "cannot")) == ["Homeless"]
    assert Notification.objects.get().patient == reachable.patient


def test_letter_that_waits_already_is_told(navigator: Client, reachable) -> None:
    navigator.post(BULK, {"act": "letter", "go": "1", "pick": [pick(reachable)]})

    response = navigator.post(BULK, {"act": "letter", "pick": [pick(reachable)]})

    assert "waits already" in said(response, "can")["Reachable"]


def test_row_that_changed_meanwhile_is_left_alone_and_told(
    navigator: Client, clinic: Clinic, reachable
) -> None:
    old = pick(reachable)
    book_follow_up(follow_up=reachable, booked_for=date(2026, 9, 10), by=clinic.lead, now=NOW)

    response = navigator.post(BULK, {"act": "letter", "go": "1", "pick": [old]})

    told = said(response, "cannot")["Reachable"]
    assert told.startswith(f"{clinic.lead.get_full_name()} noted an appointment")
    assert not Notification.objects.exists()


def test_lead_gives_many_to_one_and_again_changes_nothing(
    lead: Client, clinic: Clinic, reachable, homeless
) -> None:
    colleague = MembershipFactory(site=clinic.site).user
    picks = [pick(reachable), pick(homeless)]
    preview = lead.post(BULK, {"act": "owner", "pick": picks})
    confirm = {"act": "owner", "go": "1", "pick": picks, "owner": colleague.pk, "reason": "load"}

    done = lead.post(BULK, confirm)
    again = lead.post(BULK, confirm)

    assert "then by whom you choose" in said(preview, "can")["Reachable"]
    assert set(said(done, "can").values()) == {f"{colleague.get_full_name()} answers for it"}
    assert said(again, "can") == said(done, "can")
    assert {(row.owner, row.version) for row in FollowUp.objects.all()} == {(colleague, 2)}


def test_owner_must_be_chosen(lead: Client, reachable) -> None:
    response = lead.post(BULK, {"act": "owner", "go": "1", "pick": [pick(reachable)], "owner": ""})

    assert response.status_code == 422
    reachable.refresh_from_db()
    assert reachable.version == 1


def test_navigator_may_not_change_owners(navigator: Client, reachable) -> None:
    response = navigator.post(BULK, {"act": "owner", "pick": [pick(reachable)]})

    assert said(response, "can") == {}
    assert "Your role at St Brigid does not allow it." in said(response, "cannot").values()


def test_rows_of_another_site_are_not_there(navigator: Client) -> None:
    elsewhere = owed(a_clinic(), -1)

    response = navigator.post(BULK, {"act": "letter", "pick": [pick(elsewhere), "nonsense"]})

    assert "No patient was chosen" in response.content.decode()
    assert str(elsewhere.pk) not in response.content.decode()


@pytest.mark.parametrize(
    ("came_from", "leads_to"),
    [
        pytest.param("https://testserver/queue/?tab=due", "/queue/?tab=due", id="a list"),
        pytest.param("https://elsewhere.example/?tab=due", "/queue/", id="another place"),
    ],
)
def test_way_back_is_the_list_it_came_from(navigator, reachable, came_from, leads_to) -> None:
    said = {"act": "letter", "pick": [pick(reachable)]}

    response = navigator.post(BULK, said, headers={"Referer": came_from})

    assert response.context["page"]["back_url"] == leads_to


def test_without_an_act_it_leads_back(navigator: Client) -> None:
    assert navigator.get(BULK).headers["Location"] == "/queue/"
