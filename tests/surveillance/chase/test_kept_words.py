"""What went out is kept word for word, with the version that it was made from."""

from datetime import date
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from surveillance.delivery.particulars import Particulars, when_words
from surveillance.delivery.texts import VersionsInUse, rendered, script_for, text_of
from surveillance.models import (
    FollowUp,
    MessageTemplateUse,
    MessageTemplateVersion,
    Notification,
    NotificationChannel,
    NotificationTemplate,
    TextKind,
)
from surveillance.protocol.message_terms import MessageLanguage, MessageMedium
from surveillance.timeline import build_timeline
from surveillance.workflows.deliver import deliver
from surveillance.workflows.notify import notify
from tests.factories import UserFactory
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, a_patient, at

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 2)
NOW = at(DAY)
EN, ES = MessageLanguage.EN, MessageLanguage.ES
REMINDER = TextKind(NotificationTemplate.PATIENT_REMINDER, MessageMedium.EMAIL, EN)


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic(phone="555 0100", name="St Brigid")


def a_message(clinic: Clinic, template: str = "PATIENT_REMINDER", **patient: Any) -> Notification:
    follow_up = a_follow_up(clinic, patient=a_patient(clinic, reachable=True, **patient))
    return queued(clinic, follow_up, template)


def queued(clinic: Clinic, follow_up: FollowUp, template: str, **to: Any) -> Notification:
    return notify(
        site=clinic.site,
        template=NotificationTemplate(template),
        dedupe_key=f"{template}:{follow_up.pk}:{len(to)}",
        patient=follow_up.patient,
        follow_up=follow_up,
        now=NOW,
        **{"channel": NotificationChannel.EMAIL} | to,
    )


def in_use(clinic: Clinic, body: str, number: int = 1) -> MessageTemplateVersion:
    same = {"site": clinic.site, **REMINDER._asdict(), "number": number}
    by = UserFactory()
    version = MessageTemplateVersion.objects.create(
        **same, subject="From {site}", body=body, written_at=NOW, written_by=by
    )
    MessageTemplateUse.objects.create(**same, version=version, since=NOW, chosen_by=by)
    return version


def test_a_sent_message_keeps_exactly_what_was_sent(clinic: Clinic) -> None:
    message = a_message(clinic)
    version = in_use(clinic, "Call {phone}, please.")

    deliver(now=NOW)

    message.refresh_from_db()
    [sent] = mail.outbox
    assert (message.subject, message.body) == (sent.subject, sent.body)
    assert message.body == "Call 555 0100, please.\n"
    assert message.template_version == version


def test_a_message_of_built_in_words_names_no_version(clinic: Clinic) -> None:
    message = a_message(clinic)

    deliver(now=NOW)

    message.refresh_from_db()
    assert message.subject == "A message from St Brigid"
    assert (message.body, message.template_version) == (mail.outbox[0].body, None)


def test_what_was_sent_stays_when_the_words_change_later(clinic: Clinic) -> None:
    message = a_message(clinic)
    deliver(now=NOW)
    before = Notification.objects.get(pk=message.pk).body

    in_use(clinic, "Other words: {phone}")
    deliver(now=NOW)

    assert Notification.objects.get(pk=message.pk).body == before


def test_nothing_is_kept_of_what_was_not_sent(clinic: Clinic) -> None:
    message = a_message(clinic)
    FollowUp.objects.update(closed_at=NOW, outcome="NO_LONGER_OWED")

    deliver(now=NOW)

    message.refresh_from_db()
    assert (message.status, message.body) == ("CANCELLED", "")


def test_staff_messages_are_kept_too(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)
    told = queued(
        clinic,
        follow_up,
        "PATIENT_REMINDER",
        channel=NotificationChannel.IN_APP,
        recipient=clinic.navigator,
    )

    deliver(now=NOW)

    told.refresh_from_db()
    assert told.subject == "Call the patient: no message could remind them"
    assert f"/patients/{follow_up.patient_id}/" in told.body


def test_a_whole_batch_asks_once_which_words_are_in_use(
    clinic: Clinic, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        a_message(clinic)
    messages = list(Notification.objects.select_related("site", "patient", "follow_up"))
    versions = VersionsInUse()

    with django_assert_num_queries(1):
        texts = {text_of(message, MessageMedium.EMAIL, versions).subject for message in messages}

    assert texts == {"A message from St Brigid"}


def test_words_are_kept_by_the_statement_that_marks_as_sent(clinic: Clinic) -> None:
    a_message(clinic)

    with CaptureQueriesContext(connection) as queries:
        deliver(now=NOW)

    marks = [one["sql"] for one in queries if "'SENT'" in one["sql"]]
    assert len(marks) == 1
    assert "Hello," in marks[0]


def test_the_newest_choice_counts_and_only_at_its_site(clinic: Clinic) -> None:
    in_use(clinic, "Old: {phone}")
    in_use(clinic, "New: {phone}", number=2)
    elsewhere = a_clinic()

    here = text_of(a_message(clinic), MessageMedium.EMAIL)
    there = text_of(a_message(elsewhere), MessageMedium.EMAIL)

    assert here.body == "New: 555 0100\n"
    assert there.version is None


def test_a_version_that_cannot_be_filled_yields_to_the_built_in_words(clinic: Clinic) -> None:
    in_use(clinic, "{a_placeholder_that_was_dropped}")

    text = text_of(a_message(clinic), MessageMedium.EMAIL)

    assert text.version is None
    assert text.body.startswith("Hello,")


@pytest.mark.parametrize("medium", [MessageMedium.EMAIL, MessageMedium.SMS, MessageMedium.LETTER])
def test_each_form_has_its_own_words_in_the_patients_language(
    clinic: Clinic, medium: MessageMedium
) -> None:
    text = text_of(a_message(clinic, language="es-MX"), medium)

    assert "llame" in text.body.lower()
    assert "555 0100" in text.body
    assert bool(text.subject) is (medium is not MessageMedium.SMS)


def test_the_day_of_the_appointment_is_told(clinic: Clinic) -> None:
    patient = a_patient(clinic, reachable=True)
    follow_up = a_follow_up(clinic, patient=patient, booked_for=date(2026, 12, 1))

    text = text_of(queued(clinic, follow_up, "APPOINTMENT_REMINDER"), MessageMedium.EMAIL)

    assert "You have a visit with us on Tuesday 1 December 2026." in text.body


@pytest.mark.parametrize(
    ("day", "language", "medium", "words"),
    [
        (date(2027, 3, 1), EN, MessageMedium.EMAIL, "on Monday 1 March 2027"),
        (date(2027, 3, 6), ES, MessageMedium.LETTER, "el sábado 6 de marzo de 2027"),
        (date(2027, 3, 6), ES, MessageMedium.SMS, "el 6 de marzo de 2027"),
        (date(2028, 2, 29), EN, MessageMedium.SMS, "on 29 February 2028"),
        (None, EN, MessageMedium.EMAIL, "soon"),
        (None, ES, MessageMedium.SMS, "pronto"),
    ],
)
def test_the_day_in_words(
    day: date | None, language: MessageLanguage, medium: MessageMedium, words: str
) -> None:
    assert when_words(day, language, medium) == words


def test_a_site_without_a_number_points_to_its_letters() -> None:
    clinic = a_clinic(phone="")

    assert (
        "Call us: the number on our letters" in text_of(a_message(clinic), MessageMedium.EMAIL).body
    )


def test_a_line_break_in_a_name_never_reaches_the_subject(clinic: Clinic) -> None:
    clinic.site.name = "St\nBcc: x@example.org"
    particulars = Particulars(clinic.site, EN, MessageMedium.EMAIL, "https://x.example/")

    assert "\n" not in rendered(REMINDER, None, particulars).subject


def test_the_script_is_in_the_patients_language_or_the_one_asked_for(clinic: Clinic) -> None:
    patient = a_patient(clinic, language="es")

    assert "«Hola, le llamo de St Brigid." in script_for(patient).body
    english = script_for(patient, language=EN, booked_for=date(2026, 12, 1)).body
    assert "You have a visit with us on Tuesday 1 December 2026." in english


def test_the_history_shows_the_exact_words(clinic: Clinic) -> None:
    message = a_message(clinic)
    in_use(clinic, "Call {phone}.\n\nThank you.", number=4)
    deliver(now=NOW)
    assert message.follow_up is not None

    [entry] = [
        one for one in build_timeline(message.follow_up.lesion) if one.kind == "NOTIFICATION"
    ]

    assert entry.detail[2:] == (
        "Text from: version 4",
        "Subject: From St Brigid",
        "Call 555 0100.",
        "Thank you.",
    )
    assert [getattr(line, "lang", "") for line in entry.detail[2:]] == ["", "en", "en", "en"]
