"""An e-mail that need not interrupt goes into the recipient's next daily digest."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from patients.calendars import calendars_of
from surveillance.models import (
    Notification,
    NotificationChannel,
    NotificationStatus,
    NotificationTemplate,
)
from surveillance.protocol.alerts import Alert, budget_of, is_interruptive, next_digest
from surveillance.protocol.parameters.alerts import ALERT_WEEK
from surveillance.protocol.terms import EscalationClass
from surveillance.workflows.notify import notify

WEEK = timedelta(days=ALERT_WEEK.value)


@transaction.atomic
def hold_for_digest(*, message: Notification, now: datetime) -> bool:
    """Put a claimed e-mail about an escalation into the digest of its recipient, if it may wait.

    One digest per person, site and working day, sent in the morning; the message names the digest
    that tells it, in the same transaction, so that none is in neither. False, and nothing changed:
    it is no such message, it must or may interrupt now, the claim is lost, or that digest has been
    sent already (a day in the past is replayed).
    """
    if not _may_wait(message, now):
        return False
    assert message.recipient is not None
    site = message.site
    calendar = calendars_of([site])[site.pk]
    local = now.astimezone(ZoneInfo(site.time_zone))
    morning = next_digest(local, calendar.is_closed)
    digest = notify(
        site=site,
        channel=NotificationChannel.EMAIL,
        template=NotificationTemplate.DAILY_DIGEST,
        dedupe_key=f"digest:{message.recipient.pk}:{site.pk}:{morning.date()}",
        recipient=message.recipient,
        not_before=morning,
        now=now,
    )
    # Nobody sends it while we add to it: the row is locked, and sent ones are waiting no more.
    waiting = Notification.objects.waiting().filter(pk=digest.pk, attempts=0)
    if not waiting.select_for_update().exists():
        return False
    held = Notification.objects.waiting().filter(pk=message.pk, lease_owner=message.lease_owner)
    return bool(
        held.update(
            status=NotificationStatus.DIGESTED,
            digest=digest,
            finished_at=now,
            lease_owner="",
            lease_until=None,
        )
    )


def _may_wait(message: Notification, now: datetime) -> bool:
    escalation, recipient = message.escalation, message.recipient
    if escalation is None or recipient is None or message.channel != NotificationChannel.EMAIL:
        return False
    follow_up, site = escalation.follow_up, message.site
    reach = calendars_of([site])[site.pk].reach(site.local_date(now))
    # What will be overdue before anybody works again is told today, not on that morning (8.6).
    alert = Alert(
        EscalationClass(follow_up.escalation_class), is_overdue=follow_up.latest_on < reach
    )
    sent = Notification.objects.interrupting(recipient.pk, since=now - WEEK).count()
    return not is_interruptive(alert, sent, budget_of(message.site.alerts_per_week))
