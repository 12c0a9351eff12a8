"""The outbox as a page: by state and site, with the reason of each failure in words."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from surveillance.models import Notification
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

    with django_assert_max_num_queries(14):
        assert len(lead.get("/outbox/").context["rows"]) == 12
