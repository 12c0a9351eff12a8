"""The ways to reach patients that this installation has, besides a call."""

from django.conf import settings

from surveillance.protocol.terms import ReminderChannel


def available() -> frozenset[ReminderChannel]:
    """E-mail always (EMAIL_URL is required); text messages where SMS_URL names a gateway."""
    channels = {ReminderChannel.EMAIL}
    if settings.SMS:
        channels.add(ReminderChannel.SMS)
    return frozenset(channels)
