"""One thing becomes owed to a lesion."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from surveillance.models import FollowUp, Lesion, LesionAssessment
from surveillance.obligations import is_owed_as, never_later
from surveillance.protocol.recommendation import Obligation
from surveillance.record_locks import lock_records
from surveillance.workflows.schedule_follow_ups import NewFollowUp, schedule_follow_ups

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def schedule_follow_up(
    *,
    lesion: Lesion,
    assessment: LesionAssessment,
    obligation: Obligation,
    by: "User | None",
    now: datetime,
) -> FollowUp:
    """The open follow-up for `obligation`: the present one if it says the same, else a new one.

    What the new one replaces is closed as SUPERSEDED; see `schedule_follow_ups`.
    """
    patient = lock_records([lesion.patient_id])[lesion.patient_id]
    present = FollowUp.objects.open().filter(lesion=lesion, kind=obligation.kind)
    follow_up = present.select_related("site", "patient").first()
    obligation = never_later(obligation, follow_up)
    if follow_up is not None and is_owed_as(follow_up, obligation):
        return follow_up
    new = NewFollowUp(
        lesion=lesion,
        patient=patient,
        assessment=assessment,
        obligation=obligation,
        replaces=follow_up,
    )
    [opened] = schedule_follow_ups(new=[new], by=by, now=now)
    return opened
