"""What other systems sent is emptied when its days are over; that it came stays."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from patients.models import Site
from surveillance.models import IntakeItem, IntakeMessage, ItemStatus, StrayMessage

DEFAULT_DAYS: Final = 90
"""Long enough for a question about last quarter's feed; the records themselves stay for ever."""
AT_ONCE: Final = 1000
UNFINISHED: Final = (ItemStatus.RECEIVED, ItemStatus.WAITING)


def empty_old_messages(*, now: datetime) -> int:
    """Empty the words of finished messages past their days, site by site; returns how many.

    Never one of which a part waits or has not had its turn. About nobody who is followed: emptied
    with the others, and not taken in if that number is registered later. Of unknown senders: those
    set aside `DEFAULT_DAYS` ago; never one that waits.
    """
    of_sites = sum(_empty_at(site, now) for site in Site.objects.order_by("pk"))
    return of_sites + _empty_strays(now)


def _empty_at(site: Site, now: datetime) -> int:
    kept = timedelta(days=site.raw_message_days or DEFAULT_DAYS)
    count = 0
    while some := _empty_some(site, now - kept, now):
        count += some
    return count


@transaction.atomic
def _empty_some(site: Site, before: datetime, now: datetime) -> int:
    parts = IntakeItem.objects.filter(message=OuterRef("pk"), status__in=UNFINISHED)
    old = IntakeMessage.objects.filter(site=site, raw_purged_at=None, received_at__lt=before)
    done = old.exclude(Exists(parts)).order_by("received_at")
    ids = list(done.values_list("pk", flat=True)[:AT_ONCE])
    IntakeItem.objects.filter(message__in=ids).update(content={})
    return IntakeMessage.objects.filter(pk__in=ids).update(raw=b"", raw_purged_at=now)


def _empty_strays(now: datetime) -> int:
    count = 0
    while some := _empty_some_strays(now - timedelta(days=DEFAULT_DAYS), now):
        count += some
    return count


def _empty_some_strays(before: datetime, now: datetime) -> int:
    """Conditional: what somebody takes back meanwhile keeps its bytes."""
    set_aside = StrayMessage.objects.set_aside()
    ids = set_aside.filter(aside__set_aside_at__lt=before).values_list("pk", flat=True)[:AT_ONCE]
    return set_aside.filter(pk__in=list(ids)).update(raw=b"", emptied_at=now)
