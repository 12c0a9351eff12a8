"""New words for a message, as a draft: nothing that is sent changes yet."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from patients.audit import record_event
from patients.models import Site
from surveillance.delivery.particulars import longest_of
from surveillance.models import MessageTemplateVersion, NotificationTemplate, TextKind
from surveillance.protocol.message_text import Draft, Fault, faults_of
from surveillance.workflows.administrators_only import administrators_only
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NoSuchText(WorkflowRefused):
    """There is no such text: messages to staff are in English and have one form."""

    code = "no_such_text"


class TextRefused(WorkflowRefused):
    """The words break a rule of protocol/message_text.py. `details`: field, faults."""

    code = "text_refused"


def write_message_template(
    *, site: Site, kind: TextKind, subject: str, body: str, by: "User", now: datetime
) -> MessageTemplateVersion:
    """Keep these words as the newest version of a text of the site; `put_template_in_use` uses it.

    The same words as the newest version again are that version. Refused: by anybody but an
    administrator of the site; a text that there is not; words that are hard to read, too long for
    a text message, say why somebody is under care, lack how to reach the site, or hold a
    placeholder that means nothing there.
    """
    administrators_only(by=by, site=site)
    if kind not in TextKind.every():
        raise NoSuchText("There is no such text. Choose one of the list.")
    words = subject.strip(), body.replace("\r\n", "\n").strip()
    refuse_faulty(site, kind, *words)
    with transaction.atomic():
        Site.objects.select_for_update().get(pk=site.pk)  # numbers are given one at a time
        newest = MessageTemplateVersion.objects.of(site, kind).first()
        if newest is not None and (newest.subject, newest.body) == words:
            return newest
        version = MessageTemplateVersion.objects.create(
            site=site,
            **kind._asdict(),
            number=1 if newest is None else newest.number + 1,
            subject=words[0],
            body=words[1],
            written_at=now,
            written_by=by,
        )
        detail = {**kind._asdict(), "number": version.number}
        record_event(
            "message_template_written", site=site, subject=version, by=by, now=now, detail=detail
        )
    return version


def faults_in(site: Site, kind: TextKind, subject: str, body: str) -> tuple[Fault, ...]:
    """What is wrong with these words, measured with the names and numbers of this site."""
    return faults_of(draft_of(kind, subject, body), longest_of(site, kind.language, kind.medium))


def draft_of(kind: TextKind, subject: str, body: str) -> Draft:
    """The words with what they are for."""
    about_appointment = kind.template is NotificationTemplate.APPOINTMENT_REMINDER
    return Draft(kind.medium, kind.language, subject, body, about_appointment)


def refuse_faulty(site: Site, kind: TextKind, subject: str, body: str) -> None:
    """Raise `TextRefused` with all faults; the field of the first is named."""
    if faults := faults_in(site, kind, subject, body):
        told = " ".join(fault.message for fault in faults)
        raise TextRefused(told, field=faults[0].field, faults=faults)
