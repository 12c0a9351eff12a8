"""What a person was told in the application, with marks for what was read."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from surveillance.absences import answers_for
from surveillance.delivery.sms import NUMBER_CANNOT_BE_TEXTED
from surveillance.delivery.texts import PAGES
from surveillance.models import Notification, NotificationTemplate
from surveillance.outreach import ADDRESS_CAME_BACK, CONSENT_WITHDRAWN, NO_ADDRESS
from surveillance.protocol.dates import add_working_days
from surveillance.protocol.parameters import MISSED_CONTACT_WITHIN
from surveillance.roles import Permission, sites_where
from surveillance.web.access import SignedInRequest, signed_in
from surveillance.web.wording import (
    count_words,
    date_words,
    language_words,
    moment_words,
    name_of_patient,
)
from surveillance.workflows.mark_read import mark_read

SHOWN = 100
OUR_NAME = "HepCalc: "
"""What a subject begins with, for the sake of a mailbox; in our own inbox it says nothing."""
WORDS = {
    NotificationTemplate.PATIENT_REMINDER: "Call the patient: no message could remind them",
    NotificationTemplate.APPOINTMENT_REMINDER: "Call the patient about the coming appointment",
    NotificationTemplate.APPOINTMENT_CANCELLED: "Call the patient: the appointment is off",
}
"""A message meant for a patient that is in a colleague's inbox is a call to be made."""
CAUSES = {
    CONSENT_WITHDRAWN: "they do not want that kind of message any more",
    ADDRESS_CAME_BACK: "the message came back",
    NUMBER_CANNOT_BE_TEXTED: "the number takes no text messages",
    NO_ADDRESS: "there is no address",
    "address_cannot_be_written": "the address is none",
    "too_many_attempts": "it could not be sent after many attempts",
}
"""Why a message became a call; any other code is one of the mail server's or gateway's."""


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One message: what it says, about whom, where to go."""

    id: str
    words: str
    about: str
    url: str
    at: str
    is_unread: bool
    not_mine_url: str = ""


class ReadForm(forms.Form):
    """The messages to mark as read."""

    message = forms.TypedMultipleChoiceField(coerce=UUID)

    def __init__(self, data: object, shown: list[Notification]) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict
        self.fields["message"].choices = [(str(row.pk), str(row.pk)) for row in shown]  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@signed_in
def inbox(request: SignedInRequest) -> HttpResponse:
    """The newest messages (GET); mark the ticked ones as read (POST)."""
    rows = Notification.objects.inbox_of(request.user).order_by("-created_at", "pk")
    joined = ("site", "escalation", "follow_up__patient", "patient")
    shown = list(rows.select_related(*joined)[:SHOWN])
    if request.method == "POST":
        form = ReadForm(request.POST, shown)
        ticked = form.cleaned_data["message"] if form.is_valid() else []
        marked = [row.pk for row in shown] if "all" in request.POST else ticked
        count = mark_read(notifications=marked, by=request.user, now=timezone.now())
        messages.success(request, f"{count_words(count, 'message')} marked as read.")
        return redirect("inbox")
    return render(
        request,
        "surveillance/inbox.html",
        {"rows": _rows(request.user, shown, timezone.now())},
    )


def _rows(reader: User, shown: list[Notification], now: datetime) -> list[InboxRow]:
    """The rows; what one may see and answers for is asked once per site."""
    visible = set(sites_where(reader, Permission.VIEW_PATIENT).values_list("pk", flat=True))
    mine: dict[int, frozenset[int]] = {
        pk: answers_for(reader.pk, pk, site.local_date(now))
        for pk, site in {one.site_id: one.site for one in shown}.items()
        if pk in visible
    }
    return [
        replace(
            _row(one, is_visible=one.site_id in visible),
            not_mine_url=_not_mine_url(one, mine.get(one.site_id, frozenset())),
        )
        for one in shown
    ]


def _not_mine_url(message: Notification, mine: frozenset[int]) -> str:
    """Where the reader says that it is not theirs, while it still is."""
    escalation, follow_up = message.escalation, message.follow_up
    if escalation is not None:
        is_mine = escalation.resolved_at is None and escalation.owner_id in mine
        return reverse("escalation_not_mine", args=[escalation.pk]) if is_mine else ""
    if follow_up is not None and follow_up.closed_at is None and follow_up.owner_id in mine:
        return reverse("follow_up_not_mine", args=[follow_up.pk])
    return ""


def _row(message: Notification, *, is_visible: bool) -> InboxRow:
    """Names and links only where the person still holds a role."""
    return InboxRow(
        id=str(message.pk),
        words=_words(message),
        about=_about(message) if is_visible else f"a patient of {message.site.name}",
        url=_url(message) if is_visible else "",
        at=moment_words(message.created_at, message.site),
        is_unread=message.read_at is None,
    )


def _words(message: Notification) -> str:
    """The words as they were sent; of messages older than kept words, what they are about."""
    template = NotificationTemplate(message.template)
    subject = message.subject.removeprefix(OUR_NAME)
    said = subject[:1].upper() + subject[1:] or WORDS.get(template) or str(template.label)
    if template == NotificationTemplate.MISSED_APPOINTMENT:
        missed_on = message.site.local_date(message.created_at)
        last = add_working_days(missed_on, MISSED_CONTACT_WITHIN.value)
        said = f"{said} by {date_words(last)}"
    return said + _why(message)


def _why(message: Notification) -> str:
    """' (why; interpreter needed: Spanish)', as far as there is anything to say."""
    patient = message.patient
    parts = []
    if message.cause:
        parts.append(CAUSES.get(message.cause, "the message could not be delivered"))
    if patient is not None and patient.interpreter_needed and message.template in WORDS:
        parts.append(language_words(patient))
    return f" ({'; '.join(parts)})" if parts else ""


def _about(message: Notification) -> str:
    patient = message.follow_up.patient if message.follow_up else message.patient
    return name_of_patient(patient) if patient else message.site.name


def _url(message: Notification) -> str:
    if message.escalation_id:
        return reverse("escalation", args=[message.escalation_id])
    patient = message.follow_up.patient_id if message.follow_up else message.patient_id
    if patient is None:
        return f"{reverse(PAGES.get(message.template, 'queue'))}?site={message.site.slug}"
    return reverse("patient", args=[patient])
