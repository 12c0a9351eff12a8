"""Inbox, the patients' contact page, the demonstration mailbox, components, error pages, frame."""

import os
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend
from django.test import Client, override_settings
from django.utils.html import strip_tags

from patients.models import Role
from surveillance.models import Escalation, Notification
from surveillance.web.inbox_entries import InboxEntry
from surveillance.web.mailbox import newest_letters, newest_texts
from surveillance.workflows.mark_read import mark_read
from tests.factories import NOW, PASSWORD, TODAY, MembershipFactory, SiteFactory, UserFactory
from tests.surveillance.web.scenes import (
    Clinic,
    a_clinic,
    a_lesion,
    a_patient,
    escalated,
    owed,
)

pytestmark = pytest.mark.django_db
MESSAGES = "/inbox/messages/"


def message_to(user, site, **fields) -> Notification:
    values = {
        "channel": "IN_APP",
        "template": "ESCALATION_RAISED",
        "dedupe_key": f"{user.pk}-{Notification.objects.count()}",
        "created_at": NOW,
        "not_before": NOW,
        "status": "SENT",
        "finished_at": NOW,
    }
    return Notification.objects.create(site=site, recipient=user, **values | fields)


def entries(reader: Client) -> list[InboxEntry]:
    """Everything on both pages of the reader's inbox, in its order."""
    pages = [reader.get(address).context["sections"] for address in ("/inbox/", MESSAGES)]
    return [entry for sections in pages for section in sections for entry in section.entries]


@pytest.fixture
def message(clinic: Clinic) -> Notification:
    follow_up = owed(clinic, -9, patient=a_patient(clinic, family_name="Okafor", given_name="Ada"))
    escalation = escalated(follow_up, clinic.navigator)
    return message_to(clinic.navigator, clinic.site, escalation=escalation, follow_up=follow_up)


def test_inbox_tells_what_about_whom_and_leads_there(navigator: Client, message) -> None:
    response = navigator.get("/inbox/")

    [section] = response.context["sections"]
    [entry] = section.entries
    [line] = entry.lines
    assert section.heading == "Escalated: waits for your answer"
    assert (entry.about, line.words) == ("Okafor, Ada", "Escalated to tier 3")
    assert entry.url == f"/patients/{message.follow_up.patient_id}/"
    assert line.url == f"/escalations/{message.escalation_id}/"
    assert line.is_new
    assert entry.ids == str(message.pk)


def test_inbox_holds_only_ones_own(navigator: Client, clinic: Clinic, message) -> None:
    message_to(clinic.lead, clinic.site)
    message_to(clinic.navigator, clinic.site, channel="EMAIL")

    assert len(entries(navigator)) == 1


def test_message_of_a_site_that_one_left_names_nobody(navigator: Client, clinic: Clinic) -> None:
    elsewhere = a_clinic(name="Elsewhere")
    message_to(clinic.navigator, elsewhere.site, follow_up=owed(elsewhere, -1))

    [entry] = entries(navigator)

    assert (entry.about, entry.url) == ("a patient of Elsewhere", "")
    assert [(line.url, line.lesions, line.days) for line in entry.lines] == [("", "", "")]


def test_ticked_messages_are_marked_as_read(navigator: Client, clinic: Clinic, message) -> None:
    left = message_to(clinic.navigator, clinic.site)

    navigator.post(MESSAGES, {"message": [str(message.pk)]})

    message.refresh_from_db()
    left.refresh_from_db()
    assert (message.read_at, left.read_at) == (NOW, None)


def test_all_that_is_shown_can_be_marked_at_once(navigator, clinic: Clinic, message) -> None:
    message_to(clinic.navigator, clinic.site)
    theirs = message_to(clinic.lead, clinic.site)

    navigator.post(MESSAGES, {"all": navigator.get(MESSAGES).context["unread"]})

    unread = Notification.objects.unread()
    assert {row.pk for row in unread} == {message.pk, theirs.pk}  # what waits is answered, not read


def test_reminder_that_no_patient_got_is_a_call_to_make(navigator, clinic: Clinic) -> None:
    message_to(clinic.navigator, clinic.site, template="PATIENT_REMINDER")

    [[line]] = [entry.lines for entry in entries(navigator)]

    assert line.words == "Call the patient: no message could remind them"


def test_form_that_was_tampered_with_marks_nothing(navigator: Client, message) -> None:
    navigator.post(MESSAGES, {"message": [f"{message.pk} nonsense"]})

    message.refresh_from_db()
    assert message.read_at is None


def test_several_lesions_and_prompts_of_a_patient_are_one_entry(
    navigator: Client, clinic: Clinic
) -> None:
    patient = a_patient(clinic)
    lesions = [
        owed(clinic, days, lesion=a_lesion(patient, label))
        for label, days in (("L1", 20), ("L2", 12))
    ]
    for follow_up in lesions:
        message_to(clinic.navigator, clinic.site, follow_up=follow_up, template="ORDER_MISSING")
    message_to(clinic.navigator, clinic.site, follow_up=lesions[0], template="BOOKING_MISSING")

    [entry] = entries(navigator)

    orders, booking = sorted(entry.lines, key=lambda line: line.words, reverse=True)
    assert (orders.words, orders.days) == ("Order missing: have it placed", "12 days left")
    assert orders.lesions.count("Lesion") == 2
    assert booking.words == "Not booked yet: book the appointment"
    assert len(entry.ids.split()) == 3


def test_escalations_come_first_then_what_came_back_then_the_rest(
    navigator: Client, clinic: Clinic
) -> None:
    returned = escalated(owed(clinic, -20, patient=a_patient(clinic)), clinic.navigator)
    Escalation.objects.filter(pk=returned.pk).update(
        acknowledged_at=NOW - timedelta(days=5),
        acknowledged_by=clinic.navigator,
        acknowledged_until=TODAY - timedelta(days=1),
        next_action="call",
    )
    message_to(clinic.navigator, clinic.site, follow_up=owed(clinic, 9), template="ORDER_MISSING")
    message_to(clinic.navigator, clinic.site, read_at=NOW, template="WORK_HANDED_OVER")
    for days in (-3, -30):
        escalated(owed(clinic, days, patient=a_patient(clinic)), clinic.navigator)

    response = navigator.get("/inbox/")

    sections = response.context["sections"]
    assert [(section.heading, len(section.entries)) for section in sections] == [
        ("Escalated: waits for your answer", 2),
        ("Came back: the day that was given has passed", 1),
    ]
    assert [tab["count"] for tab in response.context["tabs"]] == [3, 1]
    told = navigator.get(MESSAGES).context["sections"]
    assert [section.heading for section in told] == ["Told to you", "Read before"]
    assert [entry.lines[0].days for entry in sections[0].entries] == [
        "30 days overdue",
        "3 days overdue",
    ]


def test_escalation_that_was_answered_or_is_another_ones_does_not_wait(
    navigator: Client, clinic: Clinic
) -> None:
    answered = escalated(owed(clinic, -20), clinic.navigator)
    Escalation.objects.filter(pk=answered.pk).update(
        acknowledged_at=NOW,
        acknowledged_by=clinic.navigator,
        acknowledged_until=TODAY,
        next_action="call",
    )
    escalated(owed(clinic, -20), clinic.lead)

    assert entries(navigator) == []


@pytest.mark.parametrize("settled", [{"ordered_on": TODAY}, {"booked_for": TODAY}])
def test_prompt_that_was_settled_is_neither_shown_nor_counted(
    navigator: Client, clinic: Clinic, settled
) -> None:
    follow_up = owed(clinic, 20, **settled)
    message_to(clinic.navigator, clinic.site, follow_up=follow_up, template="ORDER_MISSING")

    response = navigator.get(MESSAGES)

    assert response.context["sections"] == ()
    assert response.context["shell"].items[1].badge == ""


@pytest.mark.parametrize("address", ["/inbox/", MESSAGES])
def test_inbox_asks_as_often_however_much_is_in_it(
    navigator: Client, clinic: Clinic, django_assert_max_num_queries, address: str
) -> None:
    for days in range(-5, 5):
        follow_up = owed(clinic, days, patient=a_patient(clinic))
        escalation = escalated(follow_up, clinic.navigator) if days < 0 else None
        message_to(
            clinic.navigator,
            clinic.site,
            follow_up=follow_up,
            escalation=escalation,
            template="ESCALATION_RAISED" if escalation else "BOOKING_MISSING",
        )

    with django_assert_max_num_queries(16):
        response = navigator.get(address)

    assert [len(section.entries) for section in response.context["sections"]] == [5]


def test_nobody_marks_the_messages_of_others(navigator: Client, clinic: Clinic) -> None:
    theirs = message_to(clinic.lead, clinic.site)

    navigator.post(MESSAGES, {"message": [str(theirs.pk)]})

    theirs.refresh_from_db()
    assert theirs.read_at is None
    assert mark_read(notifications=[theirs.pk], by=clinic.navigator, now=NOW) == 0


def test_first_reading_is_the_one_that_is_kept(clinic: Clinic) -> None:
    mine = message_to(clinic.navigator, clinic.site, read_at=NOW)

    assert mark_read(notifications=[mine.pk], by=clinic.navigator, now=NOW) == 0


def test_frame_counts_what_is_unread(navigator: Client, clinic: Clinic, message) -> None:
    message_to(clinic.navigator, clinic.site)

    items = navigator.get("/inbox/").context["shell"].items

    assert [(item.label, item.badge) for item in items] == [
        ("Queue", ""),
        ("Inbox", "2"),
        ("Reports", ""),
        ("Letters", ""),
        ("Exams", ""),
    ]


def test_contact_page_names_the_clinic_and_nothing_else(client: Client) -> None:
    site = SiteFactory(name="St Brigid", slug="brigid", phone="+44 20 7946 0000", email="a@b.org")

    text = client.get(f"/contact/{site.slug}/").content.decode()

    assert "St Brigid" in text
    assert "+44 20 7946 0000" in text
    for clinical in ("HepCalc", "Surveillance", "liver", "lesion", "calcif", "recommend"):
        assert clinical.lower() not in strip_tags(text).lower()


def test_contact_page_without_numbers_points_to_the_letters(client: Client) -> None:
    SiteFactory(slug="bare")

    assert "on the letters" in client.get("/contact/bare/").content.decode()
    assert client.get("/contact/nowhere/").status_code == 404


@pytest.fixture
def administrator(client: Client) -> Client:
    user = UserFactory(is_staff=True)
    MembershipFactory(user=user, role=Role.ADMINISTRATOR)
    client.force_login(user)
    return client


def test_mailbox_shows_kept_mail_newest_first(administrator: Client, tmp_path) -> None:
    with override_settings(EMAIL_FILE_PATH=str(tmp_path)):
        for subject in ("First", "Second"):
            letter = EmailMessage(subject, "See https://example.org/x", "us@a.org", ["you@b.org"])
            EmailBackend().send_messages([letter])

        response = administrator.get("/mailbox/")

    letters = response.context["letters"]
    assert {one.subject for one in letters} == {"First", "Second"}
    assert letters[0].to == "you@b.org"
    assert letters[0].sent.endswith(" UTC")
    assert 'href="https://example.org/x"' in response.content.decode()


def test_mailbox_says_in_which_language_a_message_is(administrator: Client, tmp_path) -> None:
    with override_settings(EMAIL_FILE_PATH=str(tmp_path)):
        spanish = EmailMessage("Hola", "Llame", "us@a.org", ["b@b.org"])
        spanish.extra_headers["Content-Language"] = "es"
        EmailBackend().send_messages([spanish])

        page = administrator.get("/mailbox/").content.decode()

    assert '<h2 lang="es">Hola</h2>' in page


def test_messages_of_one_file_are_told_apart(administrator: Client, tmp_path) -> None:
    with override_settings(EMAIL_FILE_PATH=str(tmp_path)):
        letters = [EmailMessage(f"No {n}", "Text", "us@a.org", ["b@b.org"]) for n in range(3)]
        EmailBackend().send_messages(letters)

        shown = administrator.get("/mailbox/").context["letters"]

    assert [one.subject for one in shown] == ["No 2", "No 1", "No 0"]


def test_mailbox_reads_only_as_many_as_it_shows(tmp_path) -> None:
    with override_settings(EMAIL_FILE_PATH=str(tmp_path)):
        for number in range(3):
            letter = EmailMessage(f"No {number}", "Text", "us@a.org", ["b@b.org"])
            EmailBackend().send_messages([letter])

    assert len(newest_letters(tmp_path, 2)) == 2


def test_mailbox_does_not_exist_where_mail_is_sent(administrator: Client) -> None:
    with override_settings(EMAIL_FILE_PATH=None):
        assert administrator.get("/mailbox/").status_code == 404


def test_mailbox_is_for_administrators(navigator: Client, tmp_path) -> None:
    with override_settings(EMAIL_FILE_PATH=str(tmp_path)):
        assert navigator.get("/mailbox/").status_code == 403


def test_texts_in_the_mailbox_say_when(tmp_path) -> None:
    text = tmp_path / "1.json"
    text.write_text('{"to": "+15550100", "body": "Call us"}', encoding="utf-8")
    os.utime(text, (1_772_546_700, 1_772_546_700))

    assert newest_texts(tmp_path, 9) == (
        {"to": "+15550100", "body": "Call us", "sent": "3 Mar 2026, 14:05 UTC"},
    )


def test_the_administration_names_its_icon(administrator: Client) -> None:
    shown = administrator.get("/admin/").content.decode()

    assert '<link rel="icon" href="/static/hepcalc/mark.svg"' in shown


def test_mailbox_that_is_not_there_yet_is_empty(administrator: Client, tmp_path) -> None:
    with override_settings(EMAIL_FILE_PATH=str(tmp_path / "later")):
        assert "No e-mail has been written yet." in administrator.get("/mailbox/").content.decode()


def test_components_are_for_staff(administrator: Client, clinic: Clinic) -> None:
    assert administrator.get("/components/").status_code == 200
    administrator.force_login(clinic.navigator)
    assert administrator.get("/components/").status_code == 404


def test_sign_in_and_out(client: Client, clinic: Clinic) -> None:
    signed_in = client.post(
        "/accounts/login/",
        {"login": clinic.navigator.username, "password": PASSWORD},
        follow=True,
    )
    signed_out = client.post("/accounts/logout/", follow=True)

    assert signed_in.redirect_chain[-1][0] == "/queue/"
    assert signed_out.redirect_chain[-1][0] == "/accounts/login/"
    assert client.get("/queue/").status_code == 302


def test_wrong_password_is_told_without_naming_which(client: Client, clinic: Clinic) -> None:
    response = client.post(
        "/accounts/login/", {"login": clinic.navigator.username, "password": "wrong"}
    )

    assert "There is a problem" in response.content.decode()


def test_sign_up_is_closed(client: Client) -> None:
    assert "made by your administrator" in client.get("/accounts/signup/").content.decode()


def test_unknown_page_and_crash_have_pages_of_our_own(navigator: Client) -> None:
    assert "There is no such page" in navigator.get("/nowhere/").content.decode()


def test_crash_has_a_page_of_our_own(client: Client) -> None:
    client.raise_request_exception = False
    with override_settings(ROOT_URLCONF="tests.surveillance.web.broken_urls"):
        response = client.get("/broken/")

    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()


@pytest.mark.parametrize("address", ["/queue/", "/inbox/", "/accounts/login/", "/components/"])
def test_no_page_carries_scripts_or_styles_of_its_own(administrator: Client, address) -> None:
    response = administrator.get(address, follow=True)
    text = response.content.decode()

    assert "style=" not in text
    assert "<style" not in text
    assert " onclick" not in text
    assert text.count("<script") == text.count("<script src=")
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
