"""A second person looks at the evidence that a patient is followed elsewhere."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from patients.audit import record_event
from surveillance.models import (
    Escalation,
    FollowUp,
    Notification,
    NotificationTemplate,
    OutsideCare,
    OutsideCareReview,
)
from surveillance.record_locks import lock_records
from surveillance.roles import Permission, may
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class SecondLookByAnother(WorkflowRefused):
    """Whoever recorded the evidence, or may not judge it, does not confirm it."""

    code = "second_look_by_another"


class AlreadyReviewed(WorkflowRefused):
    """Somebody else looked meanwhile, and found otherwise."""

    code = "already_reviewed"


class ReviewNeedsReason(WorkflowRefused):
    """Who finds evidence not sufficient says what is missing."""

    code = "review_needs_reason"


@transaction.atomic
def review_outside_care(
    *, outside_care: OutsideCare, is_sufficient: bool, note: str = "", by: "User", now: datetime
) -> OutsideCareReview:
    """Confirm the evidence, or find it not sufficient: then its escalations come back at once.

    Neither closes anything. The same verdict again changes nothing. Refused: who recorded it, who
    is no lead navigator, clinician or director of the site, another verdict than the one that
    stands, "not sufficient" without what is missing.
    """
    lock_records([outside_care.patient_id])
    care = OutsideCare.objects.select_related("review", "follow_up__site", "patient").get(
        pk=outside_care.pk
    )
    standing = OutsideCareReview.objects.filter(outside_care=care).first()
    if standing is not None:
        if standing.is_sufficient == is_sufficient:
            return standing
        raise AlreadyReviewed(_("Somebody else looked at this meanwhile. Reload the page."))
    _refuse(care, is_sufficient, note, by)
    review = OutsideCareReview.objects.create(
        outside_care=care,
        is_sufficient=is_sufficient,
        note=note.strip(),
        reviewed_at=now,
        reviewed_by=by,
    )
    if not is_sufficient:
        _return_escalations(care, now)
    mine = Notification.objects.inbox_of(by).unread().filter(follow_up=care.follow_up)
    mine.filter(template=NotificationTemplate.OUTSIDE_CARE_SECOND_LOOK).update(read_at=now)
    record_event(
        "outside_care_reviewed",
        site=care.follow_up.site,
        subject=care,
        patient=care.patient,
        by=by,
        now=now,
        detail={"is_sufficient": is_sufficient},
    )
    return review


def _refuse(care: OutsideCare, is_sufficient: bool, note: str, by: "User") -> None:
    if care.recorded_by_id == by.pk:
        raise SecondLookByAnother(
            _(
                "You put this on file. A second look is taken by somebody else: another "
                "clinician, a lead navigator or the medical director."
            )
        )
    if not may(by, Permission.SECOND_LOOK, care.follow_up.site):
        raise SecondLookByAnother(
            _("A clinician, a lead navigator or the medical director of this site confirms it.")
        )
    if not is_sufficient and not note.strip():
        raise ReviewNeedsReason(_("Say what is missing."), field="note")


def _return_escalations(care: OutsideCare, now: datetime) -> None:
    """What was put off because of this evidence is put off no longer."""
    follow_up = care.follow_up
    today = follow_up.site.local_date(now)
    silenced = Escalation.objects.unresolved().filter(
        answers__outside_care=care, acknowledged_until__gte=today
    )
    ids = list(silenced.values_list("pk", flat=True))
    Escalation.objects.filter(pk__in=ids).update(acknowledged_until=today - timedelta(days=1))
    FollowUp.objects.open().filter(pk=follow_up.pk).update(
        next_look_on=today, version=F("version") + 1
    )
