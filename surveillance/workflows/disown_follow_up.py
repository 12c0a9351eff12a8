"""Somebody says of a follow-up "not mine": the next person answers, and the clock runs on."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from surveillance.absences import answering
from surveillance.models import FollowUp, NotificationChannel, NotificationTemplate
from surveillance.models.disowning import FOLLOW_UP_ITSELF
from surveillance.record_locks import lock_records
from surveillance.workflows.change_follow_up import FollowUpAlreadyClosed, change_follow_up
from surveillance.workflows.notify import notify
from surveillance.workflows.pass_on import pass_on


@transaction.atomic
def disown_follow_up(
    *,
    follow_up: FollowUp,
    by: User,
    now: datetime,
    note: str = "",
    expected_version: int | None = None,
) -> FollowUp:
    """Pass a follow-up to the next who may own it at the site, and tell them in the application.

    The patient's navigator, other navigators, then up the ladder; nobody who has said "not mine"
    gets it again. No date changes, and what is escalated keeps its own owner. Saying it again
    changes nothing. Refused: closed, or changed meanwhile; somebody else answers for it; nobody
    else is left, and it stays where it is.
    """
    lock_records([follow_up.patient_id])
    current = FollowUp.objects.select_related("site", "patient").get(pk=follow_up.pk)
    if current.closed_at is not None:
        raise FollowUpAlreadyClosed(
            _("This follow-up was closed meanwhile. Reload the page to see how.")
        )
    passed = pass_on(
        follow_up=current, tier=FOLLOW_UP_ITSELF, owner=current.owner_id, by=by, note=note, now=now
    )
    if passed is None:
        return current
    change_follow_up(
        follow_up=current,
        action="follow_up_disowned",
        fields={"owner_id": passed.passed_to_id},
        detail={"owner": f"user:{passed.passed_to_id}"},
        expected_version=expected_version,
        by=by,
        now=now,
    )
    today = current.site.local_date(now)
    notify(
        site=current.site,
        channel=NotificationChannel.IN_APP,
        template=NotificationTemplate.FOLLOW_UP_PASSED_ON,
        dedupe_key=f"disowned:{passed.pk}",
        recipient=User.objects.get(pk=answering(passed.passed_to_id, current.site_id, today)),
        patient=current.patient,
        follow_up=current,
        now=now,
    )
    return current
