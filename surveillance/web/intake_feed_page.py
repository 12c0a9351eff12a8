"""One feed: which system it is, and where that system puts what."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from surveillance.models import IntakeFeed, MessageFormat
from surveillance.roles import Permission, may, sites_where
from surveillance.web.access import SignedInRequest, require, signed_in
from surveillance.web.intake_feed_new import tell_what_stays_aside
from surveillance.web.intake_forms import FeedForm
from surveillance.web.intake_not_used import not_used_by
from surveillance.web.intake_words import feed_rows
from surveillance.web.refusals import accepted
from surveillance.web.unknown_senders_view import strays_waiting
from surveillance.web.wording import moment_words, name_of_user
from surveillance.workflows.save_feed import save_feed

CHANGES_SHOWN = 20
CHANGEABLE = {
    "name": gettext_noop("name"),
    "sending_application": gettext_noop("MSH-3"),
    "sending_facility": gettext_noop("MSH-4"),
    "mapping": gettext_noop("mapping"),
    "is_active": gettext_noop("whether messages are accepted"),
}


@require_http_methods(["GET", "POST"])
@signed_in
def intake_feed(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Its names, sender and mapping, and their changes. POST, by an administrator, saves others."""
    sites = sites_where(request.user, Permission.MEND_INTAKE)
    feed = get_object_or_404(
        IntakeFeed.objects.filter(site__in=sites).select_related("site"), pk=pk
    )
    if request.method == "POST":
        require(request.user, Permission.ADMINISTER, feed.site)
    sent = request.POST if request.method == "POST" else None
    form = FeedForm(sent, initial=_shown(feed), feed=feed)
    if form.is_valid() and accepted(form, lambda: _save(request, feed, form)):
        messages.success(
            request, _("The feed is saved. What waits is read by the new mapping within a minute.")
        )
        tell_what_stays_aside(request, feed)
        return redirect("intake_feed", pk=feed.pk)
    if form.errors:
        feed.refresh_from_db()
    [row] = feed_rows([feed])
    page = {
        "feed": row,
        "site": feed.site.name,
        "named": feed.pk if feed.format == MessageFormat.FHIR_R4 else "",
        "strays": strays_waiting(request.user),
        "form": form,
        "may_change": may(request.user, Permission.ADMINISTER, feed.site),
        "mapping": _shown(feed)["mapping"],
        "not_used": not_used_by(feed, timezone.now()),
        "changes": _changes(feed),
    }
    status = 422 if form.errors else 200
    return render(request, "surveillance/intake/feed.html", page, status=status)


def _shown(feed: IntakeFeed) -> dict[str, object]:
    mapping = json.dumps(feed.mapping, indent=2, ensure_ascii=False) if feed.mapping else ""
    return {name: getattr(feed, name) for name in CHANGEABLE} | {"mapping": mapping}


def _save(request: SignedInRequest, feed: IntakeFeed, form: FeedForm) -> IntakeFeed:
    for name in CHANGEABLE:
        setattr(feed, name, form.cleaned_data.get(name, getattr(feed, name)))
    return save_feed(feed=feed, by=request.user, now=timezone.now())


def _changes(feed: IntakeFeed) -> list[str]:
    """Who changed what when, the newest first."""
    rows = feed.history.select_related("history_user").order_by("-history_date", "-history_id")
    shown = list(rows[: CHANGES_SHOWN + 1])
    before: list[Any] = [*shown[1:], None]
    return [_change(*pair, feed) for pair in zip(shown, before, strict=True)][:CHANGES_SHOWN]


def _change(row: Any, before: Any, feed: IntakeFeed) -> str:
    who = name_of_user(row.history_user, _("the system"))
    said = f"{moment_words(row.history_date, feed.site)}, {who}"
    if before is None:
        return said
    named = [
        _(words)
        for name, words in CHANGEABLE.items()
        if getattr(row, name) != getattr(before, name)
    ]
    was = _("{sender} before").format(sender=_sender(before))
    is_another = _sender(row) != _sender(before)
    what = ", ".join([*named, *([was] if is_another else [])])
    return f"{said}: {what}" if what else said


def _sender(row: Any) -> str:
    return f"{row.sending_application} / {row.sending_facility}".strip()
