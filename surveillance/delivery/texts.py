"""The words of an e-mail: a template's first line is the subject, the rest the body.

Neither says anything clinical. Staff get a link to the case by its id, patients a link to the
contact page of their site.
"""

from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from surveillance.models import Escalation, Notification, NotificationTemplate

LANGUAGES = ("en", "es")
STAFF_LANGUAGE = "en"
PAGES: dict[str, str] = {
    NotificationTemplate.COVER_BEGINS: "absences",
    NotificationTemplate.COVER_ENDED: "absences",
}
"""Where a message about no one patient leads, unless to the inbox."""


class Text(NamedTuple):
    """What is sent."""

    subject: str
    body: str


def text_of(message: Notification) -> Text:
    """Subject and body of a message to a patient in their language, or to staff."""
    name = f"notifications/{message.template.lower()}.{language_of(message)}.txt"
    context = {"site": message.site, "link": link_of(message), **counts_of(message)}
    rendered = render_to_string(name, context)
    subject, _, body = rendered.partition("\n")
    return Text(subject.strip(), body.strip() + "\n")


def counts_of(message: Notification) -> dict[str, int]:
    """How many cases a digest speaks of, and how many of them had come back."""
    if message.template != NotificationTemplate.DAILY_DIGEST:
        return {}
    waiting = Escalation.objects.told_in(message.pk)
    returned = message.told.filter(template=NotificationTemplate.ESCALATION_RETURNED)
    return {
        "cases": waiting.count(),
        "returned": waiting.filter(pk__in=returned.values("escalation")).count(),
    }


def language_of(message: Notification) -> str:
    """The patient's language where we have it ('es-MX' reads es), else English."""
    if message.recipient_id is not None or message.patient is None:
        return STAFF_LANGUAGE
    spoken = message.patient.language.partition("-")[0].lower()
    return spoken if spoken in LANGUAGES else STAFF_LANGUAGE


def link_of(message: Notification) -> str:
    """Where the reader goes on: ids only, and behind sign-in for staff."""
    return f"{settings.SITE_URL}{_path_of(message)}"


def _path_of(message: Notification) -> str:
    if message.recipient_id is None:
        return reverse("contact_page", args=[message.site.slug])
    if message.escalation_id is not None:
        return reverse("escalation", args=[message.escalation_id])
    if message.patient_id is not None:
        return reverse("patient", args=[message.patient_id])
    return reverse(PAGES.get(message.template, "inbox"))
