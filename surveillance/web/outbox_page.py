"""The outbox as a page: what is on its way to whom, what failed and why, what is in doubt."""

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
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
from surveillance.roles import Permission, sites_where
from surveillance.web.access import SignedInRequest, choose_site, signed_in
from surveillance.web.wording import count_words, moment_words, name_of_patient, name_of_user

SHOWN = 100
COUNTED = 1000
"""Counting stops there."""
STATES = {
    "waiting": NotificationStatus.PENDING,
    "failed": NotificationStatus.FAILED,
    "sent": NotificationStatus.SENT,
    "digested": NotificationStatus.DIGESTED,
    "cancelled": NotificationStatus.CANCELLED,
}
REASONS = {
    "outcome_unknown": "nobody knows whether it arrived; it is not sent a third time",
    "too_many_attempts": "tried as often as it may be",
    "no_address": "no address on file",
    "address_cannot_be_written": "the address on file cannot be right",
    "recipient_cannot_sign_in": "the recipient can no longer sign in",
    "consent_withdrawn": "consent withdrawn",
    "follow_up_closed": "the follow-up was closed meanwhile",
    "appointment_changed": "booked or moved meanwhile",
    "patient_is_quiet": "the patient must not be written to any more",
    "escalation_resolved": "the escalation was resolved meanwhile",
    "escalation_has_another_owner": "somebody else answers for it now",
}


@dataclass(frozen=True, slots=True)
class Tab:
    """One state, with its number of messages."""

    words: str
    url: str
    count: str
    is_current: bool


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
    rows = Notification.objects.filter(site=site, status=STATES[state])
    order = "not_before" if state == "waiting" else "-finished_at"
    joined = rows.select_related("recipient", "patient", "follow_up__patient")
    shown = list(joined.order_by(order, "pk")[:SHOWN])
    page = {
        "site": site.name,
        "state": state,
        "tabs": [_tab(site, each, current=each == state) for each in STATES],
        "rows": [_row(message, site, timezone.now()) for message in shown],
        "shown": count_words(len(shown), "message"),
    }
    return render(request, "surveillance/outbox.html", page)


def _tab(site: Site, state: str, *, current: bool) -> Tab:
    rows = Notification.objects.filter(site=site, status=STATES[state])
    number = rows[: COUNTED + 1].count()
    count = f"{COUNTED:,}+" if number > COUNTED else f"{number:,}"
    url = f"{reverse('outbox')}?site={site.slug}&state={state}"
    return Tab(state.capitalize(), url, count, current)


def _row(message: Notification, site: Site, now: datetime) -> OutboxRow:
    patient = message.follow_up.patient if message.follow_up else message.patient
    return OutboxRow(
        what=NotificationTemplate(message.template).label,
        to=name_of_user(message.recipient) if message.recipient else "the patient",
        about=name_of_patient(patient) if patient else "",
        url=reverse("patient", args=[patient.pk]) if patient else "",
        channel=NotificationChannel(message.channel).label,
        when=moment_words(message.finished_at or message.not_before, site),
        tries=message.attempts,
        remark=_remark(message, now),
    )


def _remark(message: Notification, now: datetime) -> str:
    if message.last_error:
        return REASONS.get(message.last_error, f"answer of the other side: {message.last_error}")
    if message.status != NotificationStatus.PENDING:
        return Report(message.reported).label if message.reported else ""
    if message.channel == NotificationChannel.LETTER:
        return "waits for a print run"
    if message.doubt == SendingDoubt.UNHEARD:
        return "may have arrived already; it is sent once more"
    return "not before its time" if message.not_before > now else "goes out within a minute"
