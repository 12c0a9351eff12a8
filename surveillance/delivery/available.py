"""The ways to reach patients that this installation has, besides a call."""

from django.conf import settings

from surveillance.protocol.terms import ReminderChannel


def available() -> frozenset[ReminderChannel]:
    """E-mail (EMAIL_URL is required) and letters, which people print, always; text messages where
    SMS_URL names a gateway."""
    channels = {ReminderChannel.EMAIL, ReminderChannel.LETTER}
    if settings.SMS:
        channels.add(ReminderChannel.SMS)
    return frozenset(channels)
