"""What could not be sent becomes the task of somebody who can sign in."""

from datetime import datetime

from surveillance.chase_staff import owner_in_post
from surveillance.models import Notification, NotificationChannel, NotificationTemplate
from surveillance.workflows.notify import notify


def fall_back(*, message: Notification, now: datetime) -> Notification | None:
    """Make a task ("call the patient") of an e-mail that a patient cannot or must not get.

    It goes to whoever answers for the follow-up. None when the message was not an e-mail to a
    patient (staff are told in the application in any case), or when nobody is in post: then the
    failsafe finds both the message and the follow-up.
    """
    if message.channel != NotificationChannel.EMAIL or message.recipient is not None:
        return None
    recipient = owner_in_post(message.follow_up)
    if recipient is None:
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
