"""Answers to requests are kept for a day, no longer: they may speak of patients."""

from datetime import datetime, timedelta
from typing import Final

from surveillance.models import KeptAnswer

KEPT_FOR: Final = timedelta(hours=24)
"""So long a request may be sent again with its key and is done once."""


def forget_answers(*, now: datetime) -> int:
    """Delete the kept answers that are older than a day; how many they were."""
    deleted, _rows = KeptAnswer.objects.filter(kept_at__lt=now - KEPT_FOR).delete()
    return deleted
