"""Which words a site sends from now on: one row more, the newest counts."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from patients.audit import record_event
from patients.models import Site
from surveillance.models import MessageTemplateUse, MessageTemplateVersion, TextKind

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def choose_template_words(
    *,
    site: Site,
    kind: TextKind,
    version: MessageTemplateVersion | None,
    by: "User",
    now: datetime,
) -> MessageTemplateUse | None:
    """Use `version`, or with None the built-in words, for every message sent from now on.

    What is in use already is not chosen again: its row is returned (None: built-in from the start).
    """
    Site.objects.select_for_update().get(pk=site.pk)  # numbers are given one at a time
    newest = MessageTemplateUse.objects.of(site, kind).select_related("version").first()
    if (newest.version if newest else None) == version:
        return newest
    use = MessageTemplateUse.objects.create(
        site=site,
        **kind._asdict(),
        number=1 if newest is None else newest.number + 1,
        version=version,
        since=now,
        chosen_by=by,
    )
    action = "message_template_withdrawn" if version is None else "message_template_put_in_use"
    detail = {**kind._asdict(), "version": version.number if version else 0}
    record_event(action, site=site, subject=version or use, by=by, now=now, detail=detail)
    return use
