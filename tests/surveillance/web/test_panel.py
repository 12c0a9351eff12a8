"""The side panel: the story, the next action, the same address as page and as fragment."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patients.models import AuditEvent
from surveillance.models import ContactAttempt, FollowUp, PatientNote
from tests.factories import NOW, TODAY
from tests.surveillance.web.scenes import (
    Clinic,
    a_clinic,
    a_lesion,
    a_patient,
    an_exam,
    escalated,
    owed,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
HTMX = {"HX-Request": "true"}


def address(follow_up: FollowUp) -> str:
    return f"/follow-ups/{follow_up.pk}/panel/"


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_story_in_short(navigator: Client, clinic: Clinic) -> None:
    ada = a_patient(clinic, family_name="Okafor", given_name="Ada", reachable=True)
    follow_up = owed(clinic, -12, patient=ada)
    an_exam(follow_up.lesion, TODAY - timedelta(days=400), 7.0)
    an_exam(follow_up.lesion, TODAY - timedelta(days=200), 9.96, "MRI_HEPATOBILIARY")
    escalated(follow_up, clinic.clinician)
    ContactAttempt.objects.create(
        patient=ada, channel="PHONE", outcome="VOICEMAIL", attempted_at=NOW, note="Works nights."
    )

    text = text_of(navigator.get(address(follow_up), headers=HTMX))

    assert "Okafor, Ada" in text
    assert "At risk" in text
    assert "cirrhosis" in text
    assert "7.0 mm on 27 Jul 2025, then 9.96 mm on 12 Feb 2026" in text
    assert "12 days overdue" in text
    assert "Escalated to tier 3" in text
    assert "Works nights." in text
    assert "Place the order, then call and book" in text


def test_fragment_brings_the_row_and_the_page_has_a_heading(
    navigator: Client, clinic: Clinic
) -> None:
    follow_up = owed(clinic, -1)

    fragment = navigator.get(address(follow_up), headers=HTMX).content.decode()
    page = navigator.get(address(follow_up)).content.decode()

    assert f'data-row-of="row-{follow_up.pk}"' in fragment
    assert "<h1>" not in fragment
    assert "<!DOCTYPE html>" not in fragment
    assert "<h1>" in page
    assert "hx-get" not in page


def test_panel_of_another_site_does_not_exist(navigator: Client) -> None:
    assert navigator.get(address(owed(a_clinic(), -1))).status_code == 404


def test_looking_is_recorded(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, -1)

    navigator.get(address(follow_up), headers=HTMX)

    event = AuditEvent.objects.get(action="viewed")
    assert event.patient_id == str(follow_up.patient_id)
    assert event.detail == {"page": "panel"}


def test_reader_is_offered_nothing_to_write(client: Client, clinic: Clinic) -> None:
    client.force_login(clinic.auditor)

    panel = client.get(address(owed(clinic, -1)), headers=HTMX).context["panel"]

    assert [link.words for link in panel.links] == []
    assert panel.next_link is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({}, "Order or book", id="no order"),
        pytest.param({"ordered_on": TODAY}, "Log contact", id="ordered: call and book"),
        pytest.param({"kind": "REFERRAL"}, "Log contact", id="referral"),
        pytest.param(
            {"booked_for": TODAY - timedelta(days=1)}, "Did not attend", id="appointment past"
        ),
        pytest.param(
            {"booked_for": TODAY + timedelta(days=99)}, "Order or book", id="booked too late"
        ),
    ],
)
def test_one_next_action(navigator: Client, clinic: Clinic, fields, words) -> None:
    follow_up = owed(clinic, 10, **fields)

    panel = navigator.get(address(follow_up), headers=HTMX).context["panel"]

    assert panel.next_link is not None
    assert panel.next_link.words == words
    assert panel.next_link.url.endswith(f"?row={follow_up.pk}")


@pytest.mark.parametrize("fields", [{}, {"ordered_on": TODAY}], ids=["no order", "ordered"])
def test_one_action_for_order_and_appointment(navigator: Client, clinic: Clinic, fields) -> None:
    panel = navigator.get(address(owed(clinic, 10, **fields)), headers=HTMX).context["panel"]

    verbs = [link.verb for link in panel.links]
    assert "follow_up_book" in verbs
    assert "follow_up_order" not in verbs


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"booked_for": TODAY + timedelta(days=3)}, id="booked in time"),
        pytest.param({"kind": "REVIEW", "recommendation": "MANUAL_REVIEW"}, id="a clinician's"),
    ],
)
def test_no_action_where_nothing_is_the_navigators(
    navigator: Client, clinic: Clinic, fields
) -> None:
    panel = navigator.get(address(owed(clinic, 10, **fields)), headers=HTMX).context["panel"]

    assert panel.next_link is None


def test_done_in_the_panel_answers_with_the_panel_and_the_fresh_row(
    navigator: Client, clinic: Clinic
) -> None:
    follow_up = owed(clinic, 20)

    response = navigator.post(
        f"/follow-ups/{follow_up.pk}/snooze/?row={follow_up.pk}",
        {"version": 1, "until": "2026-09-03", "reason": "on holiday"},
        headers=HTMX,
        follow=True,
    )

    text = text_of(response)
    assert response.redirect_chain[-1][0] == address(follow_up)
    assert "Put aside. It is in the list" in text
    assert "Snoozed until 3 Sep 2026" in text
    assert f"{follow_up.pk}.2" in text  # what is ticked from now on is the new version


def test_done_without_script_comes_back_to_the_page_of_the_panel(
    navigator: Client, clinic: Clinic
) -> None:
    follow_up = owed(clinic, 20)
    form = navigator.get(f"/follow-ups/{follow_up.pk}/snooze/?row={follow_up.pk}")

    response = navigator.post(
        f"/follow-ups/{follow_up.pk}/snooze/?row={follow_up.pk}",
        {"version": 1, "until": "2026-09-03", "reason": "on holiday"},
    )

    assert address(follow_up) in form.content.decode()
    assert response.headers["Location"] == address(follow_up)


def test_what_is_wrong_is_told_in_the_panel(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, 20)

    response = navigator.post(
        f"/follow-ups/{follow_up.pk}/snooze/?row={follow_up.pk}",
        {"version": 1, "until": "", "reason": "on holiday"},
        headers=HTMX,
    )

    assert response.status_code == 422
    assert "<!DOCTYPE html>" not in response.content.decode()
    assert "on holiday" in response.content.decode()


def test_fragment_that_no_panel_asked_for_sends_the_page_on(
    navigator: Client, clinic: Clinic
) -> None:
    follow_up = owed(clinic, 20)

    response = navigator.post(
        f"/follow-ups/{follow_up.pk}/snooze/?row=nonsense",
        {"version": 1, "until": "2026-09-03", "reason": "on holiday"},
        headers=HTMX,
    )

    assert response.status_code == 204
    assert response.headers["HX-Redirect"] == f"/patients/{follow_up.patient_id}/"


def test_wrong_number_leads_on_inside_the_panel(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, -1)

    response = navigator.post(
        f"/patients/{follow_up.patient_id}/contact/?row={follow_up.pk}",
        {"outcome": "WRONG_NUMBER", "channel": "PHONE", "attempted_at": "2026-08-31T09:00"},
        headers=HTMX,
        follow=True,
    )

    assert response.redirect_chain[-1][0].endswith(f"contact-details/?row={follow_up.pk}")
    assert "Find a number or address that works" in response.content.decode()
    assert "<!DOCTYPE html>" not in response.content.decode()


def test_closed_row_says_how_it_ended_and_shows_what_is_owed_next(
    navigator: Client, clinic: Clinic
) -> None:
    ended = owed(clinic, -3, closed_at=NOW, outcome="NO_LONGER_OWED")
    alone = navigator.get(address(ended), headers=HTMX)
    following = owed(clinic, 9, lesion=a_lesion(ended.patient, "L2"))
    with_another = navigator.get(address(ended), headers=HTMX)

    assert alone.context["panel"].row is None
    assert "Closed: No longer owed (protocol)." in text_of(alone)
    assert "Nothing else is owed." in text_of(alone)
    assert with_another.context["panel"].row.lesion == "Lesion L2, segment VII"
    assert f'data-row-of="row-{ended.pk}"' in with_another.content.decode()
    assert f'id="row-{following.pk}"' in with_another.content.decode()


def test_panel_costs_the_same_queries_for_any_number_of_lesions(
    navigator: Client, clinic: Clinic
) -> None:
    follow_up = owed(clinic, -1)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            navigator.get(address(follow_up), headers=HTMX)
        return len(captured)

    queries()
    few = queries()
    for label in ("L2", "L3", "L4"):
        an_exam(owed(clinic, 9, lesion=a_lesion(follow_up.patient, label)).lesion, TODAY, 8.0)

    assert queries() == few


def test_note_is_on_file_once_and_shown(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, -1)
    page = f"/patients/{follow_up.patient_id}/note/?row={follow_up.pk}"

    navigator.post(page, {"text": "Prefers mornings."})
    navigator.post(page, {"text": "Prefers mornings."})

    assert PatientNote.objects.get().written_by == clinic.navigator
    assert "Prefers mornings." in text_of(navigator.get(address(follow_up), headers=HTMX))
    assert "Prefers mornings." in text_of(navigator.get(f"/patients/{follow_up.patient_id}/"))


def test_note_is_refused_to_who_only_reads_and_without_words(
    navigator: Client, client: Client, clinic: Clinic
) -> None:
    page = f"/patients/{owed(clinic, -1).patient_id}/note/"

    assert navigator.post(page, {"text": "  "}).status_code == 422
    client.force_login(clinic.auditor)
    assert client.post(page, {"text": "x"}).status_code == 403
