"""What could not be sent becomes the task of somebody who can sign in."""

from datetime import datetime

from surveillance.chase_staff import owner_in_post
from surveillance.models import Notification, NotificationChannel, NotificationTemplate
from surveillance.outreach import TO_PATIENTS
from surveillance.workflows.notify import notify


def fall_back(*, message: Notification, now: datetime) -> Notification | None:
    """Make a task ("call the patient") of a reminder that cannot or must not be sent.

    It goes to whoever answers for the follow-up now. None when the message was none to a patient
    (staff are told in the application in any case), when it was that very task, or when nobody is
    in post: then the failsafe finds both the message and the follow-up.
    """
    if message.template not in TO_PATIENTS:
        return None
    recipient = owner_in_post(message.follow_up, message.site.local_date(now))
    if recipient is None or recipient == message.recipient:
        return None
    return notify(
        site=message.site,
        channel=NotificationChannel.IN_APP,
        template=NotificationTemplate(message.template),
        dedupe_key=f"{message.dedupe_key}:call",
        recipient=recipient,
        patient=message.patient,
        follow_up=message.follow_up,
        now=now,
    )
