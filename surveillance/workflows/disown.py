"""Somebody says of an escalation "not mine": the next person answers, and the clock runs on."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from patients.audit import record_event
from surveillance.absences import answering
from surveillance.models import (
    Disowning,
    Escalation,
    FollowUp,
    Notification,
    NotificationChannel,
    NotificationTemplate,
)
from surveillance.record_locks import lock_records
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.notify import notify
from surveillance.workflows.pass_on import pass_on


class EscalationEnded(WorkflowRefused):
    """Its reason is gone: nothing is left to pass on."""

    code = "escalation_ended"


@transaction.atomic
def disown(*, escalation: Escalation, by: User, now: datetime, note: str = "") -> Escalation:
    """Pass an escalation to the next who may own its tier at the site, up the ladder; tell them.

    Nobody who has said "not mine" gets it again. No date changes; an acknowledgement ends, since
    its promise is not the next person's. Saying it again changes nothing. Refused: resolved;
    somebody else answers for it; nobody else is left, and it stays where it is.
    """
    lock_records([escalation.follow_up.patient_id])
    current = Escalation.objects.select_related("follow_up__site", "follow_up__patient").get(
        pk=escalation.pk
    )
    follow_up = current.follow_up
    if current.resolved_at is not None:
        raise EscalationEnded(_("This escalation ended meanwhile. Reload the page to see how."))
    passed = pass_on(
        follow_up=follow_up, tier=current.tier, owner=current.owner_id, by=by, note=note, now=now
    )
    if passed is None:
        return current
    Escalation.objects.unresolved().filter(pk=current.pk).update(
        owner=passed.passed_to_id,
        acknowledged_at=None,
        acknowledged_by=None,
        acknowledged_until=None,
        next_action="",
    )
    # The sweep looks again today, and a look that began before this one writes nothing.
    today = follow_up.site.local_date(now)
    FollowUp.objects.open().filter(pk=follow_up.pk).update(
        next_look_on=today, version=F("version") + 1
    )
    Notification.objects.inbox_of(by).unread().filter(escalation=current).update(read_at=now)
    record_event(
        "escalation_disowned",
        site=follow_up.site,
        subject=current,
        patient=follow_up.patient,
        by=by,
        now=now,
        detail={"tier": current.tier, "owner": f"user:{passed.passed_to_id}"},
    )
    _tell(current, passed, now)
    current.refresh_from_db()
    return current


def _tell(escalation: Escalation, passed: Disowning, now: datetime) -> None:
    """Whoever answers now, in the application and by e-mail."""
    site = escalation.follow_up.site
    recipient = User.objects.get(pk=answering(passed.passed_to_id, site.pk, site.local_date(now)))
    by_email = [NotificationChannel.EMAIL] if recipient.email else []
    for channel in (NotificationChannel.IN_APP, *by_email):
        notify(
            site=site,
            channel=channel,
            template=NotificationTemplate.ESCALATION_PASSED_ON,
            dedupe_key=f"disowned:{passed.pk}:{channel.value}",
            recipient=recipient,
            patient=escalation.follow_up.patient,
            follow_up=escalation.follow_up,
            escalation=escalation,
            now=now,
        )
