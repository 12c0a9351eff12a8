"""Reads the audit chain of a site from the database and holds it against its events.

Flat in memory at any length: seals are read in chunks, each with its events.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from patients.audit_chain import EVENT_COLUMNS, EventFacts, Finding, Link, check_links
from patients.models import AppendOnlyQuerySet, AuditEvent, AuditSeal, Patient, Site

CHUNK = 5000
SEALED_WITHIN = timedelta(days=1)
"""Sealing runs every few minutes; an event unsealed for so long was overlooked, or its seal cut."""


@dataclass(frozen=True, slots=True)
class SiteReport:
    """What the chain of one site looks like. `head` is the newest digest, '' without seals."""

    site: str
    sealed: int
    unsealed: int
    head: str
    findings: tuple[Finding, ...]


def audited_sites() -> list[str]:
    """Every site, and every name that has seals or events, also of a site that is no more."""
    sealed = AuditSeal.objects.order_by().values_list("site").distinct()
    seen = AuditEvent.objects.order_by().values_list("site").distinct()
    sites = Site.objects.order_by().values_list("slug")
    return sorted(site for (site,) in sealed.union(seen, sites))


def verify_site(site: str, *, now: datetime, expected: str = "") -> SiteReport:
    """Check every link of the site's chain.

    `expected` is a digest noted earlier, elsewhere: it must still be in the chain, or the chain
    was cut off before it or written anew.
    """
    seals = AuditSeal.objects.filter(site=site)
    head = seals.order_by("-number").first()
    findings = [*check_links(site, _links(site)), *_overlooked(site, now), *_emptied(site)]
    if expected and not seals.filter(digest=expected).exists():
        findings.append(
            Finding(
                "expected_digest_missing",
                site,
                _("digest {digest} is not in the chain: it was cut off or written anew").format(
                    digest=expected
                ),
            )
        )
    return SiteReport(
        site=site,
        sealed=seals.count(),
        unsealed=_unsealed(site).count(),
        head=head.digest if head else "",
        findings=tuple(findings),
    )


def _emptied(site: str) -> Iterator[Finding]:
    """Nobody is registered without an event: patients and an empty trail contradict each other."""
    if AuditEvent.objects.filter(site=site).exists():
        return
    if Patient.objects.filter(site__slug=site).exists():
        yield Finding("trail_emptied", site, _("there are patients, and no event at all"))


def _links(site: str) -> Iterator[Link]:
    number = 0
    columns = ("number", "event_id", "digest")
    while True:
        seals = AuditSeal.objects.filter(site=site, number__gt=number).order_by("number")
        chunk = list(seals.values_list(*columns)[:CHUNK])
        if not chunk:
            return
        events = _events([event_id for _number, event_id, _digest in chunk])
        for number, event_id, digest in chunk:
            yield Link(number, event_id, digest, events.get(event_id))


def _events(ids: list[int]) -> dict[int, EventFacts]:
    rows = AuditEvent.objects.filter(pk__in=ids).values_list(*EVENT_COLUMNS)
    return {row[0]: EventFacts(*row) for row in rows.iterator(chunk_size=CHUNK)}


def _unsealed(site: str) -> AppendOnlyQuerySet[AuditEvent]:
    named = AuditSeal.objects.filter(event_id=OuterRef("pk"))
    return AuditEvent.objects.filter(~Exists(named), site=site)


def _overlooked(site: str, now: datetime) -> Iterator[Finding]:
    for event_id in _unsealed(site).filter(at__lt=now - SEALED_WITHIN).values_list("pk", flat=True):
        waited = _("event {event} has waited for its seal more than a day")
        yield Finding("event_unsealed", site, waited.format(event=event_id))
