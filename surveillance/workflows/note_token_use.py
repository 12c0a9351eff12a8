"""Keeps when a personal token was used last."""

from datetime import datetime, timedelta

from django.db.models import Q

from surveillance.models import PersonalToken

NOTED_EVERY = timedelta(minutes=5)


def note_token_use(*, token: PersonalToken, now: datetime) -> bool:
    """Whether it was written down: every five minutes at most, so that reading does not write.

    No line on the audit trail: what is done with the token has its own.
    """
    last = token.last_used_at
    if last is not None and now - last < NOTED_EVERY:
        return False
    long_ago = Q(last_used_at=None) | Q(last_used_at__lte=now - NOTED_EVERY)
    noted = PersonalToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=now)
    return bool(noted)
