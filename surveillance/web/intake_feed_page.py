"""One feed: which system it is, and where that system puts what."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from surveillance.models import IntakeFeed
from surveillance.roles import Permission, may, sites_where
from surveillance.web.access import SignedInRequest, require, signed_in
from surveillance.web.intake_forms import MappingForm
from surveillance.web.intake_not_used import not_used_by
from surveillance.web.intake_words import feed_rows
from surveillance.web.refusals import accepted
from surveillance.web.unknown_senders_view import strays_waiting
from surveillance.web.wording import moment_words, name_of_user
from surveillance.workflows.save_feed import save_feed

CHANGES_SHOWN = 20


@require_http_methods(["GET", "POST"])
@signed_in
def intake_feed(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The mapping and its changes. POST, by an administrator, saves another."""
    sites = sites_where(request.user, Permission.MEND_INTAKE)
    feed = get_object_or_404(
        IntakeFeed.objects.filter(site__in=sites).select_related("site"), pk=pk
    )
    if request.method == "POST":
        require(request.user, Permission.ADMINISTER, feed.site)
    sent = request.POST if request.method == "POST" else None
    form = MappingForm(sent, initial=_shown(feed), feed=feed)
    if form.is_valid() and accepted(form, lambda: _save(request, feed, form)):
        messages.success(
            request, _("The feed is saved. What waits is read by the new mapping within a minute.")
        )
        return redirect("intake_feed", pk=feed.pk)
    [row] = feed_rows([feed])
    page = {
        "feed": row,
        "site": feed.site.name,
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
    return {"mapping": mapping, "is_active": feed.is_active}


def _save(request: SignedInRequest, feed: IntakeFeed, form: MappingForm) -> IntakeFeed:
    feed.mapping, feed.is_active = form.cleaned_data["mapping"], form.cleaned_data["is_active"]
    return save_feed(feed=feed, by=request.user, now=timezone.now())


def _changes(feed: IntakeFeed) -> list[str]:
    """Who changed it when, the newest first."""
    rows = feed.history.select_related("history_user").order_by("-history_date", "-history_id")
    return [_change(row, feed) for row in rows[:CHANGES_SHOWN]]


def _change(row: Any, feed: IntakeFeed) -> str:
    who = name_of_user(row.history_user, _("the system"))
    return f"{moment_words(row.history_date, feed.site)}, {who}"
