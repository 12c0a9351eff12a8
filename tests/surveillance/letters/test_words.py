"""Letters say nothing that others should not read, and each thing once."""

import re
from datetime import date

import pytest

from surveillance.delivery.letters import draft_letter
from surveillance.models import Notification, NotificationTemplate
from tests.surveillance.chase.scenes import Clinic, a_follow_up
from tests.surveillance.letters.scenes import DAY, NOW, at_home

pytestmark = pytest.mark.django_db

CLINICAL = re.compile(
    r"liver|hepat|hígado|lesi[oó]n|cancer|cáncer|tumou?r|MRI|ultraso|scan|imag|biops|calcif|"
    r"diagn|risk|riesgo|overdue|urgent",
    re.IGNORECASE,
)
FORBIDDEN_IN_SUBJECT = re.compile(r"test|result|prueba|clinic|consulta", re.IGNORECASE)


def a_message(clinic: Clinic, template: NotificationTemplate, language: str) -> Notification:
    patient = at_home(clinic, language=language)
    follow_up = a_follow_up(clinic, patient=patient, booked_for=date(2026, 12, 24))
    return Notification(
        site=clinic.site,
        template=template,
        patient=patient,
        follow_up=follow_up,
        created_at=NOW,
        dedupe_key=template,
    )


every_letter = pytest.mark.parametrize(
    "template", [NotificationTemplate.PATIENT_REMINDER, NotificationTemplate.APPOINTMENT_REMINDER]
)


@every_letter
@pytest.mark.parametrize("language", ["en", "es"])
def test_letter_names_no_reason(clinic: Clinic, template, language: str) -> None:
    message = a_message(clinic, template, language)

    draft = draft_letter([message], DAY)

    printed = "\n".join([draft.recipient, draft.address, draft.subject, draft.body])
    assert not CLINICAL.search(printed)
    assert not FORBIDDEN_IN_SUBJECT.search(draft.subject)
    assert (message.patient.mrn if message.patient else "") not in printed


@pytest.mark.parametrize("language", ["en", "es"])
def test_two_messages_are_one_letter_that_greets_and_thanks_once(
    clinic: Clinic, language: str
) -> None:
    to_book = a_message(clinic, NotificationTemplate.PATIENT_REMINDER, language)
    booked = a_message(clinic, NotificationTemplate.APPOINTMENT_REMINDER, language)
    alone = [draft_letter([one], DAY).body.split("\n\n") for one in (to_book, booked)]

    draft = draft_letter([booked, to_book], DAY)

    paragraphs = draft.body.split("\n\n")
    assert draft.template == NotificationTemplate.PATIENT_REMINDER
    assert draft.messages == (to_book, booked)
    assert len(set(paragraphs)) == len(paragraphs)
    assert set(paragraphs) == {*alone[0], *alone[1]}
    assert paragraphs[:2] == alone[0][:2]
    assert paragraphs[-1] == alone[0][-1] == alone[1][-1]


def test_two_visits_on_two_days_are_both_in_the_letter(clinic: Clinic) -> None:
    first = a_message(clinic, NotificationTemplate.APPOINTMENT_REMINDER, "en")
    second = a_message(clinic, NotificationTemplate.APPOINTMENT_REMINDER, "en")
    assert second.follow_up is not None
    second.follow_up.booked_for = date(2026, 12, 28)

    body = draft_letter([first, second], DAY).body

    assert "24 December 2026" in body
    assert "28 December 2026" in body


def test_parents_read_for_whom_the_letter_is(clinic: Clinic) -> None:
    message = a_message(clinic, NotificationTemplate.PATIENT_REMINDER, "en")
    assert message.patient is not None
    message.patient.birth_date = date(2015, 1, 1)

    body = draft_letter([message], DAY).body

    assert "for the parent or guardian of" in body


def test_language_without_texts_is_written_to_in_english(clinic: Clinic) -> None:
    message = a_message(clinic, NotificationTemplate.PATIENT_REMINDER, "pl")

    assert draft_letter([message], DAY).language == "en"


@pytest.mark.parametrize(
    ("born", "is_minor"),
    [
        pytest.param(date(2008, 11, 3), True, id="the day before the birthday"),
        pytest.param(date(2008, 11, 2), False, id="on the birthday"),
        pytest.param(date(2008, 2, 29), False, id="born on 29 February"),
        pytest.param(None, False, id="unknown"),
    ],
)
def test_parents_are_written_to_until_the_eighteenth_birthday(clinic, born, is_minor) -> None:
    message = a_message(clinic, NotificationTemplate.PATIENT_REMINDER, "en")
    assert message.patient is not None
    message.patient.birth_date = born

    draft = draft_letter([message], DAY)

    assert draft.recipient.startswith("The parent or guardian of ") is is_minor
