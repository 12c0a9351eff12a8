"""The queue: the right people, in the right order, at any size."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from surveillance.models import ContactAttempt, Escalation, FollowUp
from surveillance.web.lead_words import lead_lines
from surveillance.web.queue_query import PAGE_SIZE
from tests.factories import NOW, TODAY, MembershipFactory, UserFactory
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
QUEUE = "/queue/"


def names(response) -> list[str]:
    return [row.name for row in response.context["page"].rows]


def tab(client: Client, name: str) -> list[str]:
    return names(client.get(QUEUE, {"tab": name}))


def test_queue_asks_for_a_sign_in(client: Client) -> None:
    response = client.get(QUEUE)

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/")


def test_fragment_asked_for_after_the_session_ended_leads_to_sign_in(client: Client) -> None:
    response = client.get(QUEUE, headers={"HX-Request": "true"})

    assert response.status_code == 204
    assert response.headers["HX-Redirect"] == "/accounts/login/?next=%2Fqueue%2F"


def test_home_leads_to_the_queue(navigator: Client) -> None:
    assert navigator.get("/").headers["Location"] == QUEUE


def test_somebody_without_a_role_is_refused(client: Client) -> None:
    client.force_login(UserFactory())

    assert client.get(QUEUE).status_code == 403


def test_queue_of_another_site_is_refused(navigator: Client) -> None:
    other = a_clinic()

    assert navigator.get(QUEUE, {"site": other.site.slug}).status_code == 403


def test_each_tab_holds_its_own(navigator: Client, clinic: Clinic) -> None:
    def patient(family_name: str):
        return a_patient(clinic, family_name=family_name, given_name="")

    owed(clinic, -3, patient=patient("Overdue"), booked_for=TODAY + timedelta(days=9))
    owed(clinic, 10, patient=patient("Due"), booked_for=TODAY + timedelta(days=9))
    owed(clinic, 40, patient=patient("Soon"), booked_for=TODAY + timedelta(days=9))
    owed(clinic, 100, patient=patient("Book"))
    owed(clinic, 300, patient=patient("Far"))
    escalated(owed(clinic, 301, patient=patient("Escalated")), clinic.clinician)
    owed(clinic, 302, patient=patient("Decide"), kind="REVIEW", recommendation="MANUAL_REVIEW")
    owed(
        clinic,
        -9,
        patient=patient("Snoozed"),
        snoozed_until=TODAY + timedelta(days=1),
        snooze_reason="on holiday",
    )

    assert tab(navigator, "overdue") == ["Overdue"]
    assert tab(navigator, "due") == ["Due"]
    assert tab(navigator, "soon") == ["Soon"]
    assert tab(navigator, "order") == []
    assert tab(navigator, "book") == ["Book"]
    assert tab(navigator, "escalated") == ["Escalated"]
    assert tab(navigator, "decide") == ["Decide"]
    assert tab(navigator, "snoozed") == ["Snoozed"]
    assert tab(navigator, "all") == ["Overdue", "Due", "Soon", "Book", "Far", "Escalated", "Decide"]


def test_tab_to_order_holds_what_must_be_ordered_within_two_weeks(
    navigator: Client, clinic: Clinic
) -> None:
    """MRI is ordered 28 days before the target, which is 30 before the last day; US 21."""

    def patient(family_name: str):
        return a_patient(clinic, family_name=family_name, given_name="")

    owed(clinic, 66, patient=patient("Soon"), advised_modality="US")
    owed(clinic, 72, patient=patient("Mri"))
    owed(clinic, 65, patient=patient("Plain"), advised_modality="US")
    owed(clinic, 73, patient=patient("Later"))
    owed(clinic, 20, patient=patient("Ordered"), ordered_on=TODAY)
    owed(clinic, 20, patient=patient("Booked"), booked_for=TODAY + timedelta(days=9))
    owed(clinic, 20, patient=patient("Referred"), kind="REFERRAL")

    found = tab(navigator, "order")

    assert found == ["Plain", "Mri"]
    clinic.site.plain_authorisation_lead_days = 8
    clinic.site.save()
    assert tab(navigator, "order") == ["Plain", "Soon", "Mri"]


def test_long_wait_for_an_appointment_brings_it_into_the_list_to_book(
    navigator: Client, clinic: Clinic
) -> None:
    owed(clinic, 140, owed_since=TODAY)
    assert tab(navigator, "book") == []

    clinic.site.booking_lead_days = 96
    clinic.site.save()

    assert len(tab(navigator, "book")) == 1


@pytest.mark.parametrize(
    ("days", "fields", "words", "tone"),
    [
        pytest.param(60, {}, "Order by 2 Sep 2026", "quiet", id="to order"),
        pytest.param(58, {}, "Order by 31 Aug 2026, today", "quiet", id="today"),
        pytest.param(55, {}, "Order by 28 Aug 2026, 3 days late", "overdue", id="late"),
        pytest.param(60, {"ordered_on": TODAY}, "Book by 16 Sep 2026", "quiet", id="ordered"),
        pytest.param(60, {"kind": "REFERRAL"}, "Book by 16 Sep 2026", "quiet", id="referral"),
    ],
)
def test_row_says_by_when_to_order_or_book(
    navigator: Client, clinic: Clinic, days: int, fields: dict[str, Any], words: str, tone: str
) -> None:
    owed(clinic, days, **fields)

    [row] = navigator.get(QUEUE, {"tab": "all"}).context["page"].rows

    assert (row.lead.words, row.lead.tone) == (words, tone)


@pytest.mark.parametrize(
    ("days", "fields"),
    [
        pytest.param(60, {"kind": "REVIEW"}, id="review"),
        pytest.param(60, {"booked_for": TODAY + timedelta(days=30)}, id="booked in time"),
        pytest.param(60, {"escalation_class": "NONE"}, id="nothing is chased"),
        pytest.param(-1, {}, id="the last day is past and says it"),
    ],
)
def test_row_says_nothing_of_orders_otherwise(
    navigator: Client, clinic: Clinic, days: int, fields: dict[str, Any]
) -> None:
    owed(clinic, days, **fields)

    [row] = navigator.get(QUEUE, {"tab": "all"}).context["page"].rows

    assert row.lead is None


def test_missing_order_is_one_click_away(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, 60)
    ordered = owed(clinic, 60, ordered_on=TODAY)

    page = navigator.get(QUEUE, {"tab": "all"}).content.decode()

    assert f"/follow-ups/{follow_up.pk}/book/" in page
    assert f"/follow-ups/{ordered.pk}/book/" not in page


def test_whole_page_is_chosen_without_a_script(navigator: Client, clinic: Clinic) -> None:
    for days in (-1, -2):
        owed(clinic, days)
    plain = navigator.get(QUEUE, {"tab": "overdue"})
    assert ticked(plain) == 0

    chosen = navigator.get(plain.context["page"].pick_url)
    again = navigator.get(chosen.context["page"].pick_url)

    assert (ticked(chosen), ticked(again)) == (2, 0)
    assert b"Choose none" in chosen.content


def test_whole_search_is_chosen_without_a_script(navigator: Client, clinic: Clinic) -> None:
    owed(clinic, -1, patient=a_patient(clinic, family_name="Okafor"))
    said = {"q": "Okafor"}

    found, chosen = (navigator.post(QUEUE, said | more) for more in ({}, {"pick": "all"}))

    assert 'form="find"' in found.content.decode()
    assert (ticked(found), ticked(chosen)) == (0, 1)


def ticked(response) -> int:
    boxes = re.findall(r"<input[^>]*name=\"pick\"[^>]*>", response.content.decode())
    assert boxes
    return sum("checked" in box for box in boxes)


def test_counts_are_of_patients_per_tab(navigator: Client, clinic: Clinic) -> None:
    patient = a_patient(clinic)
    owed(clinic, -3, patient=patient)
    owed(clinic, -4, lesion=a_lesion(patient, "L2"))
    owed(clinic, 10)

    tabs = {one.label: one.count for one in navigator.get(QUEUE).context["page"].tabs}

    assert tabs == {
        "Overdue": "1",
        "Due": "1",
        "Due soon": "0",
        "To order": "2",
        "To book": "2",
        "Escalated": "0",
        "Needs decision": "0",
        "No working contact": "2",
        "Snoozed": "0",
        "Mine": "2",
        "Team": "2",
        "All owed": "2",
    }


def test_one_row_per_patient_shows_the_most_urgent_lesion(
    navigator: Client, clinic: Clinic
) -> None:
    patient = a_patient(clinic)
    owed(clinic, -3, patient=patient)
    owed(clinic, -20, lesion=a_lesion(patient, "L2", segments=["II"]))
    owed(clinic, -1, lesion=a_lesion(patient, "L3"))

    [row] = navigator.get(QUEUE).context["page"].rows

    assert row.lesion == "Lesion L2, segment II"
    assert row.days == "20 days overdue"
    assert row.others == "+2 lesions"


def test_row_says_who_why_what_when_and_what_next(navigator: Client, clinic: Clinic) -> None:
    patient = a_patient(
        clinic,
        family_name="Okafor",
        given_name="Ada",
        mrn="M7",
        birth_date=date(1970, 5, 17),
        last_contact_at=NOW - timedelta(days=3),
        last_contact_outcome="VOICEMAIL",
    )
    follow_up = owed(clinic, -12, patient=patient)
    escalated(follow_up, clinic.clinician)

    [row] = navigator.get(QUEUE).context["page"].rows

    assert (row.name, row.mrn, row.age) == ("Okafor, Ada", "M7", "56 years")
    assert (row.risk.words, row.risk_why) == ("At risk", "cirrhosis and abnormal liver parenchyma")
    assert row.owed == "Surveillance imaging: MRI, hepatobiliary contrast"
    assert (row.stage.words, row.days, row.by) == ("Overdue", "12 days overdue", "19 Aug 2026")
    assert row.escalation == "Escalated to tier 3"
    assert row.last_contact == "28 Aug 2026, 09:00: Voicemail left"
    assert row.next_step == "Place the order, then call and book"
    assert row.owner == clinic.navigator.get_full_name()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({"kind": "REVIEW"}, "Clinician: decide, or complete the facts", id="review"),
        pytest.param({"kind": "REFERRAL"}, "Send the referral and book it", id="referral"),
        pytest.param({"ordered_on": TODAY}, "Call and book", id="ordered"),
        pytest.param(
            {"booked_for": date(2026, 9, 5)}, "Booked for 5 Sep 2026", id="booked in time"
        ),
        pytest.param(
            {"booked_for": date(2026, 9, 20)},
            "Book earlier: 20 Sep 2026 is after the last day",
            id="booked too late",
        ),
        pytest.param(
            {"booked_for": date(2026, 8, 1)},
            "Was booked for 1 Aug 2026: find out whether it was done",
            id="appointment long past",
        ),
        pytest.param(
            {"booked_for": date(2026, 8, 30)},
            "Was booked for 30 Aug 2026: find out whether it was done",
            id="appointment passed",
        ),
    ],
)
def test_next_step_follows_from_the_state(navigator: Client, clinic: Clinic, fields, words) -> None:
    owed(clinic, 10, **fields)

    [row] = navigator.get(QUEUE, {"tab": "due"}).context["page"].rows

    assert row.next_step == words


def test_whoever_is_booked_after_a_last_day_that_has_passed_is_not_told_to_book(
    navigator: Client, clinic: Clinic
) -> None:
    """No appointment can be in time any more: what helps is that this one happens."""
    follow_up = owed(clinic, -3, booked_for=date(2026, 9, 20))

    [row] = navigator.get(QUEUE).context["page"].rows

    assert row.next_step == "Booked for 20 Sep 2026, after the last day: make sure that it happens"
    assert lead_lines(follow_up, TODAY) == ()


def test_patient_who_declined_is_a_question_for_the_clinician(navigator, clinic: Clinic) -> None:
    patient = a_patient(clinic, status="DECLINED", status_on=date(2026, 5, 1))
    owed(clinic, -1, patient=patient, booked_for=date(2026, 9, 5))

    [row] = navigator.get(QUEUE).context["page"].rows

    assert row.next_step == "Declined: settle the plan with the clinician"


def test_wrong_number_is_the_first_thing_to_mend(navigator: Client, clinic: Clinic) -> None:
    owed(clinic, -1, patient=a_patient(clinic, last_contact_outcome="WRONG_NUMBER"))

    [row] = navigator.get(QUEUE).context["page"].rows

    assert row.next_step == "Find a number or address that works"


def test_lesion_shows_its_newest_size(navigator: Client, clinic: Clinic) -> None:
    lesion = a_lesion(a_patient(clinic), kind="UNKNOWN")
    owed(clinic, -1, lesion=lesion)
    an_exam(lesion, date(2026, 3, 3), 9.96)
    an_exam(lesion, date(2025, 3, 3), 7)
    an_exam(lesion, date(2026, 6, 3), None)

    [row] = navigator.get(QUEUE).context["page"].rows

    assert row.lesion_detail == "Kind not known, 9.96 mm on 3 Mar 2026"


def test_acknowledged_escalation_says_until_when(navigator: Client, clinic: Clinic) -> None:
    escalation = escalated(owed(clinic, -9), clinic.clinician)

    def words(until: date) -> str:
        Escalation.objects.filter(pk=escalation.pk).update(
            acknowledged_at=NOW,
            acknowledged_by=clinic.clinician,
            acknowledged_until=until,
            next_action="Calling.",
        )
        [row] = navigator.get(QUEUE).context["page"].rows
        return str(row.escalation)

    assert words(TODAY) == "Escalated to tier 3, acknowledged until 31 Aug 2026"
    assert words(TODAY - timedelta(days=1)) == "Escalated to tier 3 again"


def test_promised_next_try_is_the_next_step(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, -1)
    ContactAttempt.objects.create(
        patient=follow_up.patient,
        channel="PHONE",
        outcome="CALL_BACK",
        attempted_at=NOW - timedelta(days=1),
        next_try_on=date(2026, 9, 2),
    )

    [row] = navigator.get(QUEUE).context["page"].rows

    assert row.next_step == "Call again on 2 Sep 2026"


def test_pages_hold_everybody_once_in_order(navigator: Client, clinic: Clinic) -> None:
    for days in range(PAGE_SIZE + 7):
        owed(clinic, -1 - days % 5)

    first = navigator.get(QUEUE).context["page"]
    second = navigator.get(first.next_url).context["page"]

    keys = [row.key for row in (*first.rows, *second.rows)]
    in_order = FollowUp.objects.dangerous_first().values_list("pk", flat=True)
    assert keys == [str(pk) for pk in in_order]
    assert second.next_url == ""
    assert second.first_url


def test_mistyped_place_begins_at_the_beginning(navigator: Client, clinic: Clinic) -> None:
    owed(clinic, -1)

    assert len(names(navigator.get(QUEUE, {"after": "12.nonsense", "tab": "nonsense"}))) == 1


def test_queries_do_not_grow_with_rows(navigator: Client, clinic: Clinic) -> None:
    for _ in range(5):
        owed(clinic, -1)
    navigator.get(QUEUE)
    with CaptureQueriesContext(connection) as few:
        navigator.get(QUEUE)
    for _ in range(45):
        patient = a_patient(clinic)
        owed(clinic, -1, patient=patient)
        owed(clinic, -2, lesion=a_lesion(patient, "L2"))

    with CaptureQueriesContext(connection) as many:
        response = navigator.get(QUEUE)

    assert len(names(response)) == 50
    assert len(many) == len(few)


def test_fragment_is_what_the_page_includes(navigator: Client, clinic: Clinic) -> None:
    owed(clinic, -1)

    fragment = navigator.get(QUEUE, headers={"HX-Request": "true"})
    page = navigator.get(QUEUE)

    assert "<html" not in fragment.content.decode()
    assert 'id="queue-heading"' in fragment.content.decode()
    assert 'id="queue-heading"' in page.content.decode()


def test_queue_is_never_kept_by_a_browser(navigator: Client) -> None:
    assert "no-store" in navigator.get(QUEUE).headers["Cache-Control"]


def test_today_is_the_sites_own(client: Client) -> None:
    """At 11:00 UTC on 31 August it is 1 September already in Kiritimati."""
    far_east = a_clinic(time_zone="Pacific/Kiritimati")
    with time_machine.travel("2026-08-31T11:00:00+00:00", tick=False):
        client.force_login(far_east.navigator)
        owed(far_east, 0)

        [row] = client.get(QUEUE).context["page"].rows

    assert row.days == "1 day overdue"


def test_site_switch_is_remembered(client: Client, clinic: Clinic) -> None:
    other = a_clinic(name="Another")
    MembershipFactory(user=clinic.navigator, site=other.site)
    client.force_login(clinic.navigator)

    first = client.get(QUEUE).context["page"].site_name
    client.get(QUEUE, {"site": clinic.site.slug})

    assert first == "Another"
    assert client.get(QUEUE).context["page"].site_name == "St Brigid"


@pytest.mark.parametrize("role", ["lead", "clinician", "administrator", "auditor"])
def test_every_role_that_may_sees_the_queue(client: Client, clinic: Clinic, role: str) -> None:
    owed(clinic, -1)
    client.force_login(getattr(clinic, role))

    [row] = client.get(QUEUE).context["page"].rows

    assert bool(row.contact_url) == (role in {"lead", "clinician"})
    assert bool(row.order_url) == (role in {"lead", "clinician"})


def test_integration_has_no_queue(client: Client, clinic: Clinic) -> None:
    client.force_login(MembershipFactory(site=clinic.site, integration=True).user)

    assert client.get(QUEUE).status_code == 403


def test_address_of_the_row_is_the_patient(navigator: Client, clinic: Clinic) -> None:
    follow_up = owed(clinic, -1)

    assert reverse("patient", args=[follow_up.patient_id]) in navigator.get(QUEUE).content.decode()
