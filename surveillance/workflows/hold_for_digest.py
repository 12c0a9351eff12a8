"""What need not interrupt a colleague is told in another message of theirs."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import transaction

from patients.calendars import Calendar, calendar_of
from patients.prepared import Prepared, slot
from surveillance.models import (
    TEMPLATES_OF_PROMPTS,
    Escalation,
    Notification,
    NotificationChannel,
    NotificationStatus,
    NotificationTemplate,
)
from surveillance.protocol.alerts import Alert, Occasion, budget_of, is_interruptive, next_digest
from surveillance.protocol.parameters.alerts import ALERT_WEEK
from surveillance.protocol.terms import EscalationClass
from surveillance.workflows.mark_claimed import mark_interrupting, mark_told_in
from surveillance.workflows.notify import notify

WEEK = timedelta(days=ALERT_WEEK.value)

# Asked about every message to staff, so their SQL is written once.
_UNREAD = Prepared(
    lambda: (
        Notification.objects.unread()
        .filter(channel=NotificationChannel.IN_APP, status=NotificationStatus.SENT)
        .filter(recipient=slot(Notification, "recipient"), site=slot(Notification, "site"))
        .filter(patient=slot(Notification, "patient"))
        .values_list("created_at", "pk")
    )
)
_OPEN_DIGEST = Prepared(
    lambda: (
        Notification.objects.waiting()
        .filter(dedupe_key=slot(Notification, "dedupe_key"), attempts=0)
        .select_for_update()
        .values_list("pk", flat=True)
    )
)
_ROW_OF = Prepared(
    lambda: (
        User.objects.select_for_update(no_key=True).filter(pk=slot(User, "pk")).values_list("pk")
    )
)
_INTERRUPTIONS = Prepared(
    lambda: Notification.objects.interrupting(
        slot(Notification, "recipient"), since=slot(Notification, "interrupts_at", "since")
    ).values_list("pk")
)


_BELOW = Prepared(
    lambda: Escalation.objects.filter(pk=slot(Escalation, "pk")).below_another().values_list("pk")
)


def hold_for_digest(*, message: Notification, now: datetime) -> bool:
    """Put a claimed message to a colleague into another one, if it may be told there.

    An e-mail about an escalation that must not, or may not, interrupt, and every e-mail about a
    missing order or appointment, goes into the recipient's digest: one per person, site and
    working day, in the morning. Inside the application what concerns one patient joins the
    message about them that the person has not read yet. The message names the one that tells it,
    in the same transaction, so that none is in neither. False, and nothing changed but that an
    interruption is counted: it is no such message, it interrupts, the claim is lost, or that
    digest has been sent already (a day in the past is replayed).
    """
    recipient = message.recipient
    is_about_a_case = message.escalation is not None or message.template in TEMPLATES_OF_PROMPTS
    if recipient is None or not is_about_a_case:
        return False
    if message.channel == NotificationChannel.IN_APP:
        return _join(message, recipient, now)
    if message.channel != NotificationChannel.EMAIL:
        return False
    if message.interrupts_at is not None:
        return False  # decided before: this is a further attempt
    calendar = calendar_of(message.site)
    with transaction.atomic():
        if _interrupts(message, recipient, calendar, now):
            return False
        return _digest(message, recipient, calendar, now)


def _join(message: Notification, recipient: User, now: datetime) -> bool:
    """Each line keeps its own mark of reading: nothing is read that was not shown."""
    if message.patient_id is None or not recipient.is_active:
        return False
    unread = _UNREAD.ask(recipient=recipient.pk, site=message.site_id, patient=message.patient_id)
    if not unread:
        return False
    _created_at, first = min(unread)
    return bool(mark_told_in(message=message, other=first, now=now))


def _digest(message: Notification, recipient: User, calendar: Calendar, now: datetime) -> bool:
    site = message.site
    local = now.astimezone(ZoneInfo(site.time_zone))
    morning = next_digest(local, calendar.is_closed)
    key = f"digest:{recipient.pk}:{site.pk}:{morning.date()}"
    # Nobody sends it while we add to it: the row is locked, and sent ones are waiting no more.
    is_open = _OPEN_DIGEST.first(dedupe_key=key)
    if is_open is None:
        notify(
            site=site,
            channel=NotificationChannel.EMAIL,
            template=NotificationTemplate.DAILY_DIGEST,
            dedupe_key=key,
            recipient=recipient,
            not_before=morning,
            now=now,
        )
        is_open = _OPEN_DIGEST.first(dedupe_key=key)
    return is_open is not None and bool(mark_told_in(message=message, other=is_open, now=now))


def _interrupts(message: Notification, recipient: User, calendar: Calendar, now: datetime) -> bool:
    """Whether it is sent by itself. That it is counts from here on, before it has left."""
    alert = _alert(message, calendar, now)
    sent = _interruptions(recipient, now) if alert.may_interrupt else 0
    if not is_interruptive(alert, sent, budget_of(message.site.alerts_per_week)):
        return False
    return bool(mark_interrupting(message=message, now=now))


def _interruptions(recipient: User, now: datetime) -> int:
    """So far this week. Who counts holds the person's row until what follows from it is written:
    of two senders at one moment the second counts the first."""
    _ROW_OF.ask(pk=recipient.pk)
    return len(_INTERRUPTIONS.ask(recipient=recipient.pk, since=now - WEEK))


def _alert(message: Notification, calendar: Calendar, now: datetime) -> Alert:
    follow_up = message.follow_up
    if message.escalation is not None:
        follow_up = message.escalation.follow_up
    if follow_up is None:
        return Alert(EscalationClass.NONE, is_overdue=False, occasion=Occasion.PROMPT)
    # What will be overdue before anybody works again is told today, not on that morning (8.6).
    is_overdue = follow_up.latest_on < calendar.reach(message.site.local_date(now))
    return Alert(EscalationClass(follow_up.escalation_class), is_overdue, _occasion(message))


def _occasion(message: Notification) -> Occasion:
    if message.escalation_id is None:
        return Occasion.PROMPT
    if message.template != NotificationTemplate.ESCALATION_RETURNED:
        return Occasion.RAISED
    below = _BELOW.ask(pk=message.escalation_id)
    return Occasion.RETURNED_BELOW if below else Occasion.RETURNED
