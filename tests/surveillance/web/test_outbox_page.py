"""The outbox as a page: by state and site, with the reason of each failure in words."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from surveillance.models import Notification
from surveillance.web import outbox_paging
from tests.factories import NOW
from tests.surveillance.web.scenes import Clinic, a_clinic, a_patient, owed

pytestmark = pytest.mark.django_db


def a_message(clinic: Clinic, **fields: object) -> Notification:
    follow_up = owed(clinic, -9, patient=a_patient(clinic, family_name="Okafor", given_name="Ada"))
    values = {
        "channel": "EMAIL",
        "template": "PATIENT_REMINDER",
        "dedupe_key": f"{Notification.objects.count()}",
        "created_at": NOW,
        "not_before": NOW,
        "patient": follow_up.patient,
        "follow_up": follow_up,
    }
    return Notification.objects.create(site=clinic.site, **values | fields)


@pytest.fixture
def lead(client: Client, clinic: Clinic) -> Client:
    client.force_login(clinic.lead)
    return client


def test_a_waiting_message_says_what_to_whom_and_when(lead: Client, clinic: Clinic) -> None:
    message = a_message(clinic)

    [row] = lead.get("/outbox/").context["rows"]

    assert (row.what, row.to, row.about) == (
        "Reminder to the patient",
        "the patient",
        "Okafor, Ada",
    )
    assert row.url == f"/patients/{message.patient_id}/"
    assert (row.channel, row.tries, row.remark) == ("E-mail", 0, "goes out within a minute")


@pytest.mark.parametrize(
    ("fields", "state", "remark"),
    [
        pytest.param(
            {"status": "FAILED", "finished_at": NOW, "last_error": "outcome_unknown"},
            "failed",
            "nobody knows whether it arrived; it is not sent a third time",
            id="in doubt",
        ),
        pytest.param(
            {"status": "FAILED", "finished_at": NOW, "last_error": "smtp_550"},
            "failed",
            "answer of the other side: smtp_550",
            id="refused",
        ),
        pytest.param(
            {"status": "CANCELLED", "finished_at": NOW, "last_error": "follow_up_closed"},
            "cancelled",
            "the follow-up was closed meanwhile",
            id="no longer wanted",
        ),
        pytest.param(
            {"status": "CANCELLED", "finished_at": NOW, "last_error": "nothing_left_to_tell"},
            "cancelled",
            "all that it would have told was settled meanwhile",
            id="a reason of ours",
        ),
        pytest.param(
            {"status": "CANCELLED", "finished_at": NOW},
            "cancelled",
            "what it was about was over before it left",
            id="over",
        ),
        pytest.param({"status": "SENT", "finished_at": NOW}, "sent", "", id="sent"),
        pytest.param({"channel": "LETTER"}, "waiting", "waits for a print run", id="letter"),
        pytest.param(
            {"doubt": "UNHEARD"},
            "waiting",
            "may have arrived already; it is sent once more",
            id="once more",
        ),
        pytest.param(
            {"not_before": NOW + timedelta(days=36500)},
            "waiting",
            "not before its time",
            id="later",
        ),
    ],
)  # fmt: skip
def test_the_remark_is_in_words(
    lead: Client, clinic: Clinic, fields: dict[str, object], state: str, remark: str
) -> None:
    a_message(clinic, **fields)

    page = lead.get(f"/outbox/?state={state}")

    assert [row.remark for row in page.context["rows"]] == [remark]
    assert [tab.count for tab in page.context["tabs"] if tab.is_current] == ["1"]


def test_messages_of_another_site_are_not_shown(lead: Client) -> None:
    elsewhere = a_clinic(name="Elsewhere")
    a_message(elsewhere)

    assert lead.get("/outbox/").context["rows"] == []
    assert lead.get(f"/outbox/?site={elsewhere.site.slug}").status_code == 403


def test_an_unknown_state_is_not_found(lead: Client) -> None:
    assert lead.get("/outbox/?state=lost").status_code == 404


def test_a_navigator_does_not_see_the_outbox(navigator: Client) -> None:
    assert navigator.get("/outbox/").status_code == 403
    assert "/outbox/" not in navigator.get("/queue/").content.decode()


def test_the_page_asks_as_much_for_many_messages_as_for_one(
    lead: Client, clinic: Clinic, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        a_message(clinic)
    lead.get("/outbox/")  # what the frame counts is kept for a minute

    with django_assert_max_num_queries(14):
        assert len(lead.get("/outbox/").context["rows"]) == 12


def shown(page: Any) -> list[str]:
    return [row.about for row in page.context["rows"]]


def follow(lead: Client, page: Any, words: str) -> Any:
    [url] = [link.url for link in page.context["pages"] if link.words == words]
    return lead.get(url)


@pytest.mark.parametrize(
    ("state", "up", "down"), [("sent", "Newer", "Older"), ("waiting", "Sooner", "Later")]
)
def test_every_message_stands_on_one_page_whichever_way_one_goes(
    lead: Client, clinic: Clinic, monkeypatch: pytest.MonkeyPatch, state: str, up: str, down: str
) -> None:
    """Several of one moment, as a sweep writes them, and the end of a page among them."""
    monkeypatch.setattr(outbox_paging, "SHOWN", 3)
    for number in range(8):
        moment = NOW + timedelta(minutes=number // 4)
        ended = {"status": "SENT", "finished_at": moment} if state == "sent" else {}
        message = a_message(clinic, not_before=moment, **ended)
        assert message.patient is not None
        message.patient.family_name = str(number)
        message.patient.save()

    first = lead.get(f"/outbox/?state={state}")
    second = follow(lead, first, down)
    third = follow(lead, second, down)

    pages = [shown(first), shown(second), shown(third)]
    assert [len(page) for page in pages] == [3, 3, 2]
    assert len({about for page in pages for about in page}) == 8
    late = {"4, Ada", "5, Ada", "6, Ada", "7, Ada"}
    assert set(shown(first)) <= late if state == "sent" else not set(shown(first)) & late
    assert [link.words for link in first.context["pages"]] == [down]
    assert [link.words for link in third.context["pages"]] == ["First page", up]
    assert shown(follow(lead, third, up)) == shown(second)
    assert shown(follow(lead, follow(lead, third, up), up)) == shown(first)
    assert shown(follow(lead, third, "First page")) == shown(first)
    assert f"state={state}" in third.context["pages"][0].url


@pytest.mark.parametrize("place", ["lost", "2026-08-31T10:00:00_1", "2026-08-31T10:00:00+00:00_1"])
def test_a_place_that_nobody_can_read_is_the_first_page(
    lead: Client, clinic: Clinic, place: str
) -> None:
    a_message(clinic)

    assert len(shown(lead.get("/outbox/", {"after": place}))) == 1


def test_a_page_from_which_all_went_is_the_first_page(lead: Client, clinic: Clinic) -> None:
    message = a_message(clinic)

    page = lead.get("/outbox/", {"after": f"{NOW.isoformat()}_{message.pk}"})

    assert (len(shown(page)), page.context["pages"]) == (1, [])
