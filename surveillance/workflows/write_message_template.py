"""New words for a message, as a draft: nothing that is sent changes yet."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.models import Site
from surveillance.delivery.built_in import Words
from surveillance.models import MessageTemplateVersion, TextKind
from surveillance.workflows.administrators_only import administrators_only
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.refuse_faulty_text import refuse_faulty_text

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NoSuchText(WorkflowRefused):
    """There is no such text: messages to staff are in English and have one form."""

    code = "no_such_text"


def write_message_template(
    *, site: Site, kind: TextKind, words: Words, by: "User", now: datetime
) -> MessageTemplateVersion:
    """Keep these words as the newest version of a text of the site; `put_template_in_use` uses it.

    The same words as the newest version again are that version. Refused: by anybody but an
    administrator of the site; a text that there is not; words that are hard to read, too long for
    a text message, say why somebody is under care, lack how to reach the site, or hold a
    placeholder that means nothing there.
    """
    administrators_only(by=by, site=site)
    if kind not in TextKind.every():
        raise NoSuchText(_("There is no such text. Choose one of the list."))
    refuse_faulty_text(site=site, kind=kind, words=words)
    with transaction.atomic():
        Site.objects.select_for_update().get(pk=site.pk)  # numbers are given one at a time
        newest = MessageTemplateVersion.objects.of(site, kind).first()
        if newest is not None and Words(newest.subject, newest.body) == words:
            return newest
        version = MessageTemplateVersion.objects.create(
            site=site,
            **kind._asdict(),
            number=1 if newest is None else newest.number + 1,
            subject=words.subject,
            body=words.body,
            written_at=now,
            written_by=by,
        )
        detail = {**kind._asdict(), "number": version.number}
        record_event(
            "message_template_written", site=site, subject=version, by=by, now=now, detail=detail
        )
    return version
