"""The outbox as a page: what is on its way to whom, what failed and why, what is in doubt."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext
from django.views.decorators.http import require_safe

from patients.models import Site
from surveillance.models import (
    Notification,
    NotificationChannel,
    NotificationStatus,
    NotificationTemplate,
    Report,
    SendingDoubt,
)
from surveillance.models.message_reasons import ANSWERED, OVER, REASONS
from surveillance.models.notification import NotificationQuerySet
from surveillance.roles import Permission, sites_where
from surveillance.web.access import SignedInRequest, choose_site, signed_in
from surveillance.web.outbox_paging import Order, Page, page_of
from surveillance.web.wording import (
    count_words,
    moment_words,
    name_of_patient,
    name_of_user,
    number_words,
)

COUNTED = 1000
"""Counting stops there."""
SOONEST_FIRST = Order("not_before", newest_first=False)
NEWEST_FIRST = Order("finished_at", newest_first=True)
STATES = {
    "waiting": NotificationStatus.PENDING,
    "failed": NotificationStatus.FAILED,
    "sent": NotificationStatus.SENT,
    "digested": NotificationStatus.DIGESTED,
    "cancelled": NotificationStatus.CANCELLED,
}


EMPTY = {
    "waiting": gettext_noop("No message is waiting."),
    "failed": gettext_noop("No message is failed."),
    "sent": gettext_noop("No message is sent."),
    "digested": gettext_noop("No message is digested."),
    "cancelled": gettext_noop("No message is cancelled."),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """One state, with its number of messages."""

    words: str
    url: str
    count: str
    is_current: bool


class Link(NamedTuple):
    """To another page of the list."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One message. Its words are not shown: they say nothing that this row does not."""

    what: str
    to: str
    about: str
    url: str
    channel: str
    when: str
    tries: int
    remark: str


@require_safe
@signed_in
def outbox(request: SignedInRequest) -> HttpResponse:
    """The messages of one site in one state, the most pressing first."""
    sites = list(sites_where(request.user, Permission.VIEW_FAILSAFE).order_by("name"))
    site = choose_site(request, sites)
    state = request.GET.get("state", "waiting")
    if state not in STATES:
        raise Http404
    joined = _in_state(site, state).select_related("recipient", "patient", "follow_up__patient")
    found = page_of(joined, SOONEST_FIRST if state == "waiting" else NEWEST_FIRST, request.GET)
    page = {
        "site": site.name,
        "state": state,
        "tabs": [_tab(site, each, current=each == state) for each in STATES],
        "empty": _(EMPTY[state]),
        "rows": [_row(message, site, timezone.now()) for message in found.messages],
        "shown": count_words(len(found.messages), "message"),
        "pages": _pages(site, state, found),
    }
    return render(request, "surveillance/outbox.html", page)


def _in_state(site: Site, state: str) -> NotificationQuerySet:
    """What has not ended has no moment of its end; said here, it lets the index be used."""
    rows = Notification.objects.filter(site=site, status=STATES[state])
    return rows.filter(finished_at__isnull=state == "waiting")


def _pages(site: Site, state: str, page: Page) -> list[Link]:
    up, down = _("Newer"), _("Older")
    if state == "waiting":
        up, down = pgettext("messages", "Sooner"), pgettext("messages", "Later")
    first = _address(site, state)
    links = []
    if page.up:
        links += [Link(_("First page"), first), Link(up, f"{first}&{urlencode(page.up)}")]
    if page.down:
        links.append(Link(down, f"{first}&{urlencode(page.down)}"))
    return links


def _address(site: Site, state: str) -> str:
    return f"{reverse('outbox')}?{urlencode({'site': site.slug, 'state': state})}"


def _tab_words() -> dict[str, str]:
    return {
        "waiting": pgettext("messages", "Waiting"),
        "failed": pgettext("messages", "Failed"),
        "sent": pgettext("messages", "Sent"),
        "digested": pgettext("messages", "Digested"),
        "cancelled": pgettext("messages", "Cancelled"),
    }


def _tab(site: Site, state: str, *, current: bool) -> Tab:
    number = _in_state(site, state)[: COUNTED + 1].count()
    count = f"{number_words(COUNTED)}+" if number > COUNTED else number_words(number)
    return Tab(_tab_words()[state], _address(site, state), count, current)


def _row(message: Notification, site: Site, now: datetime) -> OutboxRow:
    patient = message.follow_up.patient if message.follow_up else message.patient
    return OutboxRow(
        what=_(str(NotificationTemplate(message.template).label)),
        to=name_of_user(message.recipient) if message.recipient else _("the patient"),
        about=name_of_patient(patient) if patient else "",
        url=reverse("patient", args=[patient.pk]) if patient else "",
        channel=_(str(NotificationChannel(message.channel).label)),
        when=moment_words(message.finished_at or message.not_before, site),
        tries=message.attempts,
        remark=_remark(message, now),
    )


def _remark(message: Notification, now: datetime) -> str:
    if message.last_error:
        return _reason(message.last_error)
    if message.status == NotificationStatus.CANCELLED:
        return _(OVER)
    if message.status != NotificationStatus.PENDING:
        return _(str(Report(message.reported).label)) if message.reported else ""
    if message.channel == NotificationChannel.LETTER:
        return _("waits for a print run")
    if message.doubt == SendingDoubt.UNHEARD:
        return _("may have arrived already; it is sent once more")
    return _("not before its time") if message.not_before > now else _("goes out within a minute")


def _reason(code: str) -> str:
    """A code of ours in words; anything else is the answer of a mail server or gateway."""
    if code in REASONS:
        return _(REASONS[code])
    return _(ANSWERED).format(answer=code)
