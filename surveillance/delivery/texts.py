"""The words of a message: the only place from which a channel takes them.

The words are those in use at the site, else the built-in ones. They say nothing clinical. Staff
get a link to the case by its id, patients a link to the contact page of their site.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

import structlog
from django.conf import settings
from django.urls import reverse

from patients.models import Patient, Site
from patients.prepared import Prepared, slot
from surveillance.delivery.built_in import Words, built_in
from surveillance.delivery.digest_words import digest_words
from surveillance.delivery.particulars import Particulars, contact_link
from surveillance.models import (
    MessageTemplateUse,
    MessageTemplateVersion,
    Notification,
    NotificationTemplate,
    TextKind,
)
from surveillance.protocol.message_terms import MessageLanguage, MessageMedium, language_of
from surveillance.protocol.message_text import filled, placeholders_in

log = structlog.get_logger(__name__)

PAGES: dict[str, str] = {
    NotificationTemplate.COVER_BEGINS: "absences",
    NotificationTemplate.COVER_ENDED: "absences",
}
"""Where a message about no one patient leads, when not to the inbox (or, from there, the queue)."""
EXAMPLES = {"cases": "2 cases wait for your answer", "lines": "- 2 cases wait for your answer"}
"""What stands in a preview for particulars that only a real message has."""


class Text(NamedTuple):
    """What is sent, word for word, and the version it was made from (None: the built-in words)."""

    subject: str
    body: str
    version: MessageTemplateVersion | None = None


class VersionsInUse:
    """Which versions are in use, asked once per text: make one for a batch, then drop it."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, TextKind], MessageTemplateVersion | None] = {}

    def of(self, site_id: int, kind: TextKind) -> MessageTemplateVersion | None:
        """The version in use at the site; None for the built-in words."""
        key = (site_id, kind)
        if key not in self._known:
            self._known[key] = version_in_use(site_id, kind)
        return self._known[key]


_IN_USE = Prepared(
    lambda: (
        MessageTemplateUse.objects.filter(
            site=slot(MessageTemplateUse, "site"),
            **{name: slot(MessageTemplateUse, name) for name in TextKind._fields},
        )
        .order_by("-number")
        .select_related("version")[:1]
    )
)


def version_in_use(site: Site | int, kind: TextKind) -> MessageTemplateVersion | None:
    """The version that was put in use last at this site; None for the built-in words."""
    use = _IN_USE.first(site=site if isinstance(site, int) else site.pk, **kind._asdict())
    return None if use is None else use.version


def text_of(
    message: Notification, medium: MessageMedium, versions: VersionsInUse | None = None
) -> Text:
    """Subject and body of a message to a patient in their language, or to staff.

    `medium` is the form in which the patient gets it; to staff it is always the same words.
    """
    kind = kind_of(message, medium)
    version = (versions or VersionsInUse()).of(message.site_id, kind)
    booked_for = message.called_off_on
    if booked_for is None and message.follow_up is not None:
        booked_for = message.follow_up.booked_for
    particulars = Particulars(
        message.site, kind.language, kind.medium, link_of(message), booked_for
    )
    return rendered(kind, version, particulars, digest_words(message))


def kind_of(message: Notification, medium: MessageMedium) -> TextKind:
    """Which text a message needs, sent in this form."""
    template = NotificationTemplate(message.template)
    if message.recipient_id is not None or message.patient is None:
        return TextKind(template, MessageMedium.STAFF, MessageLanguage.EN)
    return TextKind(template, medium, language_of(message.patient.language))


def rendered(
    kind: TextKind,
    version: MessageTemplateVersion | None,
    particulars: Particulars,
    more: Mapping[str, str] = MappingProxyType({}),
) -> Text:
    """The words filled in. A version that asks for what there no longer is yields to the built-in
    words: a message must not fail for that."""
    values = {**particulars.values, **more}
    if version is not None:
        if placeholders_in(version.subject + version.body) <= set(values):
            return _text(Words(version.subject, version.body), values, version)
        log.error("template_version_unusable", version_id=str(version.pk))
    return _text(built_in(kind), values, None)


def _text(words: Words, values: dict[str, str], version: MessageTemplateVersion | None) -> Text:
    subject = " ".join(filled(words.subject, values).split())
    return Text(subject, filled(words.body, values).strip() + "\n", version)


def script_for(
    patient: Patient, *, language: MessageLanguage | None = None, booked_for: date | None = None
) -> Text:
    """What to say to this patient on the telephone: about the appointment if one is booked, else
    to arrange one. In the patient's language, or in the one asked for."""
    template = (
        NotificationTemplate.PATIENT_REMINDER
        if booked_for is None
        else NotificationTemplate.APPOINTMENT_REMINDER
    )
    spoken = language or language_of(patient.language)
    kind = TextKind(template, MessageMedium.PHONE, spoken)
    link = contact_link(patient.site)
    particulars = Particulars(patient.site, spoken, MessageMedium.PHONE, link, booked_for)
    return rendered(kind, version_in_use(patient.site, kind), particulars)


def preview_of(version: MessageTemplateVersion, patient: Patient, visit_on: date | None) -> Text:
    """These very words, as this patient (or a colleague, about this patient) would get them. What
    only a real message has, such as the cases of a digest, is shown by an example."""
    kind = version.kind
    to_staff = kind.medium is MessageMedium.STAFF
    link = _patient_link(patient.pk) if to_staff else contact_link(version.site)
    particulars = Particulars(version.site, kind.language, kind.medium, link, visit_on)
    values = dict.fromkeys(placeholders_in(version.body), "…") | EXAMPLES | particulars.values
    return _text(Words(version.subject, version.body), values, version)


def link_of(message: Notification) -> str:
    """Where the reader goes on: ids only, and behind sign-in for staff."""
    if message.recipient_id is None:
        return contact_link(message.site)
    if message.escalation_id is not None:
        return f"{settings.SITE_URL}{reverse('escalation', args=[message.escalation_id])}"
    patient = message.patient_id or (message.follow_up.patient_id if message.follow_up else None)
    if patient is None:
        return f"{settings.SITE_URL}{reverse(PAGES.get(message.template, 'inbox'))}"
    return _patient_link(patient)


def _patient_link(patient: UUID) -> str:
    return f"{settings.SITE_URL}{reverse('patient', args=[patient])}"
