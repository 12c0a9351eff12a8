"""What a person was told in the application, by patient, with marks for what was read."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from surveillance.absences import answers_for
from surveillance.models import Escalation, Notification, unsettled
from surveillance.roles import Permission, sites_where
from surveillance.web.access import SignedInRequest, signed_in
from surveillance.web.inbox_entries import Reader, inbox_sections
from surveillance.web.wording import count_words
from surveillance.workflows.mark_read import mark_read

SHOWN = 100
READ_SHOWN = 30
OF_MESSAGE = ("site", "escalation", "patient", "follow_up__patient", "follow_up__lesion")
OF_ESCALATION = ("follow_up__patient", "follow_up__lesion", "follow_up__site")


@require_http_methods(["GET", "POST"])
@signed_in
def inbox(request: SignedInRequest) -> HttpResponse:
    """What waits, one entry per patient (GET); mark what was ticked as read (POST)."""
    now = timezone.now()
    if request.method == "POST":
        ticked = [*request.POST.getlist("message"), *request.POST.getlist("all")]
        count = mark_read(notifications=_ids_in(ticked), by=request.user, now=now)
        messages.success(request, f"{count_words(count, 'message')} marked as read.")
        return redirect("inbox")
    told = _told(request.user, now)
    reader = _reader(request.user, now)
    sections = inbox_sections(_waiting(reader), told, reader)
    unread = " ".join(str(message.pk) for message in told if message.read_at is None)
    return render(request, "surveillance/inbox.html", {"sections": sections, "unread": unread})


def _ids_in(values: Iterable[str]) -> list[UUID]:
    """The messages named in a form; none where it was tampered with."""
    with suppress(ValueError):
        return [UUID(each) for value in values for each in value.split()]
    return []


def _told(user: User, now: datetime) -> list[Notification]:
    """The newest messages that still ask for something, then the newest that were read."""
    rows = Notification.objects.inbox_of(user).select_related(*OF_MESSAGE)
    rows = rows.order_by("-created_at", "pk")
    fresh = unsettled(rows.unread(), timezone.localdate(now))
    return [*fresh[:SHOWN], *rows.filter(read_at__isnull=False)[:READ_SHOWN]]


def _reader(user: User, now: datetime) -> Reader:
    sites = list(sites_where(user, Permission.VIEW_PATIENT))
    today = {site.pk: site.local_date(now) for site in sites}
    mine = {pk: answers_for(user.pk, pk, day) for pk, day in today.items()}
    return Reader(today, mine)


def _waiting(reader: Reader) -> list[Escalation]:
    """The escalations that wait for the reader's answer, the most urgent first."""
    found: list[Escalation] = []
    for site, today in reader.today.items():
        rows = Escalation.objects.awaiting_answer(today).filter(
            owner__in=reader.mine[site], follow_up__site=site
        )
        rows = rows.select_related(*OF_ESCALATION)
        found += rows.order_by("follow_up__sort_key", "pk")[:SHOWN]
    return found
