"""What waits for a person's answer and, on a page of its own, what else they were told; by patient.

The inbox holds open escalations and returned acknowledgements, nothing else: whoever comes from an
e-mail must not look for them among messages.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

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


@dataclass(frozen=True, slots=True)
class Box:
    """What waits for one person: escalations with the messages about them, and other messages."""

    reader: Reader
    waiting: list[Escalation]
    about_these: list[Notification]
    others: list[Notification]

    @property
    def tabs(self) -> list[dict[str, object]]:
        """Both pages of the inbox, with how many patients each holds something new about."""
        asked = {row.follow_up.patient_id for row in self.waiting}
        unread = [one for one in self.others if one.read_at is None]
        told = inbox_sections((), unread, self.reader)
        return [
            {"words": _("Waits for your answer"), "name": "inbox", "count": len(asked)},
            {
                "words": _("Messages"),
                "name": "inbox_messages",
                "count": sum(len(section.entries) for section in told),
            },
        ]


@require_safe
@signed_in
def inbox(request: SignedInRequest) -> HttpResponse:
    """Open escalations, and acknowledgements that came back; one entry per patient."""
    box = _open(request.user, timezone.now())
    sections = inbox_sections(box.waiting, box.about_these, box.reader)
    page = {"sections": sections, "tabs": box.tabs, "current": "inbox"}
    return render(request, "surveillance/inbox/waiting.html", page)


@require_http_methods(["GET", "POST"])
@signed_in
def inbox_messages(request: SignedInRequest) -> HttpResponse:
    """Everything else one was told (GET); mark what was ticked as read (POST)."""
    now = timezone.now()
    if request.method == "POST":
        ticked = [*request.POST.getlist("message"), *request.POST.getlist("all")]
        count = mark_read(notifications=_ids_in(ticked), by=request.user, now=now)
        told = _("{messages} marked as read.").format(messages=count_words(count, "message"))
        messages.success(request, told)
        return redirect("inbox_messages")
    box = _open(request.user, now)
    page = {
        "sections": inbox_sections((), box.others, box.reader),
        "unread": " ".join(str(one.pk) for one in box.others if one.read_at is None),
        "tabs": box.tabs,
        "current": "inbox_messages",
    }
    return render(request, "surveillance/inbox/messages.html", page)


def _open(user: User, now: datetime) -> Box:
    reader = _reader(user, now)
    waiting, told = _waiting(reader), _told(user, now)
    ids = {row.pk for row in waiting}
    about_these = [one for one in told if one.escalation_id in ids]
    return Box(reader, waiting, about_these, [one for one in told if one not in about_these])


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
