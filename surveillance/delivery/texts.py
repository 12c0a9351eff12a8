"""The words of an e-mail: a template's first line is the subject, the rest the body.

Neither says anything clinical. Staff get a link to the case by its id, patients a link to the
contact page of their site.
"""

import unicodedata
from typing import Final, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from surveillance.models import Notification

LONGEST_SHORT_TEXT: Final = 160
"""Characters of one text message; a longer one is cut into several and paid for as such."""
IN_SHORT_TEXTS: Final = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:;!?'\"()+-/&@#*=%$_<>"
    "èéùìòàÑñüöäÅåÆæßÉ¡¿£¥§"
)
"""Signs of the GSM alphabet that one text may hold; any other halves what fits."""
LANGUAGES = ("en", "es")
STAFF_LANGUAGE = "en"


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


def short_text_of(message: Notification) -> str:
    """A text message to a patient in their language: one line that fits one message.

    A site's name that is too long is cut; how to reach it and how to stop never are.
    """
    name = f"notifications/{message.template.lower()}.sms.{language_of(message)}.txt"
    site = message.site
    reach = {"phone": in_short_texts(site.phone) or link_of(message)}
    room = LONGEST_SHORT_TEXT - len(" ".join(render_to_string(name, reach).split()))
    words = render_to_string(name, {"name": in_short_texts(site.name)[: max(room, 0)], **reach})
    return " ".join(words.split())


def in_short_texts(words: str) -> str:
    """`words` without the accents and signs that a text message cannot hold."""
    kept = (sign if sign in IN_SHORT_TEXTS else _plain(sign) for sign in words)
    return "".join(kept)


def _plain(sign: str) -> str:
    bare = unicodedata.normalize("NFKD", sign)[0]
    return bare if bare in IN_SHORT_TEXTS else ""


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
    return reverse("patient", args=[message.patient_id])
