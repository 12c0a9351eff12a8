"""Letters can be read by everybody, and say nothing that others should not read."""

import re
from datetime import date

import pytest

from surveillance.delivery.letters import draft_letter
from surveillance.delivery.texts import letter_text_of
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
ENGLISH_GRADE = 6
SPANISH_EASE = 70
"""Fernández Huerta: 70 to 80 is read in the sixth grade, more is easier."""


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


def sentences(text: str) -> int:
    return len(re.findall(r"[.!?:]+", text)) or 1


def words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text)


def syllables(word: str) -> int:
    groups = len(re.findall(r"[aeiouyáéíóúü]+", word.lower()))
    silent = word.lower().endswith("e") and groups > 1 and not word.lower().endswith("le")
    return max(1, groups - silent)


def spanish_syllables(word: str) -> int:
    return max(1, len(re.findall(r"[aeiouáéíóúü]+", word.lower())))


def english_grade(text: str) -> float:
    """Flesch-Kincaid."""
    all_words = words(text)
    per_sentence = len(all_words) / sentences(text)
    per_word = sum(map(syllables, all_words)) / len(all_words)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59


def spanish_ease(text: str) -> float:
    """Fernández Huerta, as corrected by Law."""
    all_words = words(text)
    per_word = sum(map(spanish_syllables, all_words)) / len(all_words)
    return 206.84 - 60 * per_word - 1.02 * len(all_words) / sentences(text)


every_letter = pytest.mark.parametrize(
    "template", [NotificationTemplate.PATIENT_REMINDER, NotificationTemplate.APPOINTMENT_REMINDER]
)


@every_letter
def test_english_letter_is_read_in_the_sixth_grade(clinic: Clinic, template) -> None:
    text = letter_text_of(a_message(clinic, template, "en"))

    assert english_grade(f"{text.subject}. {text.body}") <= ENGLISH_GRADE


@every_letter
def test_spanish_letter_is_as_easy(clinic: Clinic, template) -> None:
    text = letter_text_of(a_message(clinic, template, "es-MX"))

    assert spanish_ease(f"{text.subject}. {text.body}") >= SPANISH_EASE


def test_formulas_can_fail() -> None:
    hard = "Surveillance recommendations necessitate multidisciplinary interdepartmental review."

    assert english_grade(hard) > ENGLISH_GRADE
    assert spanish_ease("Recomendaciones multidisciplinarias interdepartamentales.") < SPANISH_EASE


@every_letter
@pytest.mark.parametrize("language", ["en", "es"])
def test_letter_names_no_reason(clinic: Clinic, template, language: str) -> None:
    message = a_message(clinic, template, language)

    draft = draft_letter([message], DAY)

    printed = "\n".join([draft.recipient, draft.address, draft.subject, draft.body])
    assert not CLINICAL.search(printed)
    assert not FORBIDDEN_IN_SUBJECT.search(draft.subject)
    assert (message.patient.mrn if message.patient else "") not in printed


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
