"""The words of an e-mail or a letter: a template's first line is the subject, the rest the body.

Neither says anything clinical. Staff get a link to the case by its id, patients a link to the
contact page of their site.
"""

from datetime import date
from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from patients.models import Patient
from surveillance.models import Notification

LANGUAGES = ("en", "es")
STAFF_LANGUAGE = "en"


class CalendarWords(NamedTuple):
    """What a calendar entry says."""

    summary: str
    reach: str


CALENDAR_WORDS = {
    "en": CalendarWords("Appointment at {site}", "If you cannot come, please contact us:"),
    "es": CalendarWords("Cita en {site}", "Si no puede venir, contáctenos:"),
}


class Text(NamedTuple):
    """What is sent."""

    subject: str
    body: str


def text_of(message: Notification) -> Text:
    """Subject and body of a message to a patient in their language, or to staff."""
    name = f"notifications/{message.template.lower()}.{language_of(message)}.txt"
    rendered = render_to_string(name, {"site": message.site, "link": link_of(message)})
    subject, _, body = rendered.partition("\n")
    return Text(subject.strip(), body.strip() + "\n")


def letter_text_of(message: Notification) -> Text:
    """Subject and paragraphs of a letter, without salutation, in the patient's language."""
    language = language_of(message)
    name = f"notifications/{message.template.lower()}.letter.{language}.txt"
    booked_for = message.follow_up.booked_for if message.follow_up is not None else None
    day = day_in(language, booked_for) if booked_for is not None else ""
    rendered = render_to_string(name, {"site": message.site, "day": day})
    subject, _, body = rendered.partition("\n")
    return Text(subject.strip(), body.strip() + "\n")


def day_in(language: str, day: date) -> str:
    """A day in words: '3 March 2026', '3 de marzo de 2026'."""
    with translation.override(language):
        return date_format(day, r"j \d\e F \d\e Y" if language == "es" else "j F Y")


def language_of(message: Notification) -> str:
    """The patient's language where we have it, else English."""
    if message.recipient_id is not None or message.patient is None:
        return STAFF_LANGUAGE
    return spoken_by(message.patient)


def spoken_by(patient: Patient) -> str:
    """The patient's language where we have texts in it ('es-MX' reads es), else English."""
    spoken = patient.language.partition("-")[0].lower()
    return spoken if spoken in LANGUAGES else STAFF_LANGUAGE


def link_of(message: Notification) -> str:
    """Where the reader goes on: ids only, and behind sign-in for staff."""
    return f"{settings.SITE_URL}{_path_of(message)}"


def _path_of(message: Notification) -> str:
    if message.recipient_id is None:
        return reverse("contact_page", args=[message.site.slug])
    if message.escalation_id is not None:
        return reverse("escalation", args=[message.escalation_id])
    return reverse("patient", args=[message.patient_id])
