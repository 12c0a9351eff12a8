"""Orders and chains the audit events that nobody has sealed yet."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from patients.audit_chain import EVENT_COLUMNS, GENESIS, EventFacts, next_digest
from patients.models import AuditEvent, AuditSeal, Site

BATCH = 1000
LATE_MARGIN = 20_000
"""A transaction that commits late leaves a smaller id behind. It is looked for among the ids
since the seal this many numbers back, which keeps an idle run cheap at any size."""


def seal_audit(*, now: datetime, from_the_start: bool = False) -> int:
    """Seal what is unsealed, in batches, and return how many events were sealed.

    Events are numbered in order of their ids among the unsealed; one that committed late simply
    gets a later number. Two sealers at once are safe: unique(site, number) lets one of them write
    a batch, and the other leaves the site to it. Nothing is read from all of history unless
    `from_the_start`.
    """
    slugs = Site.objects.order_by("slug").values_list("slug", flat=True)
    return sum(_seal_site(slug, 0 if from_the_start else _floor(slug), now) for slug in slugs)


def _seal_site(site: str, floor: int | None, now: datetime) -> int:
    sealed = 0
    while floor is not None:
        newest = _newest(site)
        try:
            floor, count = _seal_batch(site, floor, now)
        except IntegrityError:
            if _newest(site) == newest:
                raise  # nobody else was at work: something is broken
            break
        sealed += count
    return sealed


def _newest(site: str) -> AuditSeal | None:
    return AuditSeal.objects.filter(site=site).order_by("-number").first()


def _floor(site: str) -> int:
    seals = AuditSeal.objects.filter(site=site).order_by("-number").values_list("event_id")
    old = seals[LATE_MARGIN : LATE_MARGIN + 1].first()
    return old[0] if old else 0


@transaction.atomic
def _seal_batch(site: str, floor: int, now: datetime) -> tuple[int | None, int]:
    """Seal one batch of events above `floor`; return where the next begins, and how many."""
    head = _newest(site)
    number, digest = (head.number, head.digest) if head else (0, GENESIS)
    seals = []
    for event in _unsealed(site, floor):
        number, digest = number + 1, next_digest(digest, event)
        seals.append(
            AuditSeal(site=site, number=number, event_id=event.id, digest=digest, sealed_at=now)
        )
    AuditSeal.objects.bulk_create(seals)
    return (seals[-1].event_id if len(seals) == BATCH else None), len(seals)


def _unsealed(site: str, floor: int) -> list[EventFacts]:
    named = AuditSeal.objects.filter(event_id=OuterRef("pk"))
    rows = (
        AuditEvent.objects.filter(~Exists(named), site=site, pk__gt=floor)
        .order_by("pk")
        .values_list(*EVENT_COLUMNS)[:BATCH]
    )
    return [EventFacts(*row) for row in rows]
