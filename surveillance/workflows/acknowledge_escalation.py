"""Somebody takes an escalation on: what happens next, and by when."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.prepared import Prepared, PreparedUpdate, slot
from surveillance.models import Escalation, FollowUp, Notification
from surveillance.protocol.parameters import ACKNOWLEDGEMENT_LIMIT_DAYS
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LIMIT = timedelta(days=ACKNOWLEDGEMENT_LIMIT_DAYS.value)


class EscalationAlreadyResolved(WorkflowRefused):
    """Its reason is gone: nothing is left to take on."""

    code = "escalation_already_resolved"


class EscalationAnsweredMeanwhile(WorkflowRefused):
    """Somebody else answered between reading and writing."""

    code = "escalation_answered_meanwhile"


class AcknowledgementIncomplete(WorkflowRefused):
    """No next action, or a date that is past or too far ahead."""

    code = "acknowledgement_incomplete"


_CURRENT = Prepared(
    lambda: Escalation.objects.select_related("follow_up__site", "follow_up__patient").filter(
        pk=slot(Escalation, "pk")
    )
)


_LOOK_AGAIN = PreparedUpdate(
    lambda: (
        FollowUp.objects.open().filter(pk=slot(FollowUp, "pk")),
        {"next_look_on": slot(FollowUp, "next_look_on", "today"), "version": F("version") + 1},
    )
)
_READ = PreparedUpdate(
    lambda: (
        Notification.objects.in_inbox()
        .unread()
        .filter(recipient=slot(Notification, "recipient"))
        .filter(escalation=slot(Notification, "escalation")),
        {"read_at": slot(Notification, "read_at")},
    )
)


@transaction.atomic
def acknowledge_escalation(
    *, escalation: Escalation, next_action: str, until: date, by: "User", now: datetime
) -> Escalation:
    """Note who does what next, by `until` (at most seven days ahead); then it comes back.

    Silences this tier only, and only so long; the last day does not move and the clock of the
    higher tiers runs on (I28). Whoever takes on an escalation without an owner becomes its owner.
    The same answer again changes nothing. Refused: resolved, answered by somebody else
    meanwhile, no next action, a date in the past or more than seven days ahead.
    """
    [current] = _CURRENT.ask(pk=escalation.pk)
    follow_up, next_action = current.follow_up, next_action.strip()
    today = follow_up.site.local_date(now)
    still_holds = current.resolved_at is None and until >= today
    if still_holds and _says_so_already(current, next_action, until, by):
        return current  # also when the page that asks again never heard the first answer
    _refuse(escalation, current, next_action, until, today)
    unanswered = Escalation.objects.unresolved().filter(
        pk=current.pk, acknowledged_at=current.acknowledged_at
    )
    changed = unanswered.update(
        acknowledged_at=now,
        acknowledged_by=by,
        acknowledged_until=until,
        next_action=next_action,
        owner_id=current.owner_id or by.pk,
    )
    if not changed:
        raise _answered_meanwhile()
    # The sweep looks again today, and a look that began before this one writes nothing.
    _LOOK_AGAIN.run(pk=follow_up.pk, today=today)
    _READ.run(recipient=by.pk, escalation=current.pk, read_at=now)
    record_event(
        "escalation_acknowledged",
        site=follow_up.site,
        subject=current,
        patient=follow_up.patient,
        by=by,
        now=now,
        detail={"tier": current.tier, "until": until.isoformat()},
    )
    [answered] = _CURRENT.ask(pk=current.pk)
    return answered


def _refuse(
    seen: Escalation, current: Escalation, next_action: str, until: date, today: date
) -> None:
    refuse_answered_meanwhile(seen, current)
    if not next_action:
        raise AcknowledgementIncomplete(_("Say what happens next."), field="next_action")
    if not today <= until <= today + LIMIT:
        raise AcknowledgementIncomplete(
            _(
                "Give a day between today and {latest}: an escalation can be put off by at "
                "most {days} days."
            ).format(latest=today + LIMIT, days=LIMIT.days),
            field="until",
        )


def refuse_answered_meanwhile(seen: Escalation, current: Escalation) -> None:
    """Refuse to answer what is resolved, or was answered since the page with `seen` was opened."""
    if current.resolved_at is not None:
        raise EscalationAlreadyResolved(
            _("This escalation was resolved meanwhile. Reload the page to see how.")
        )
    if current.acknowledged_at != seen.acknowledged_at:
        raise _answered_meanwhile()


def _answered_meanwhile() -> EscalationAnsweredMeanwhile:
    return EscalationAnsweredMeanwhile(
        _(
            "Somebody else answered this escalation since you opened the page. Reload it to see "
            "what they are doing."
        )
    )


def _says_so_already(current: Escalation, next_action: str, until: date, by: "User") -> bool:
    said = (current.acknowledged_by_id, current.acknowledged_until, current.next_action)
    return said == (by.pk, until, next_action)
