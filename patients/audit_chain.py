"""The arithmetic of the audit chain. Pure: no database.

digest(n) = SHA-256(digest(n-1) as hexadecimal text + the canonical JSON of event n), and
`GENESIS` before the first. A changed event fits its link no longer; nor does an event that took
another's place. Whoever notes a digest elsewhere (`verify_audit --expect`) also sees whether the
chain was cut off after it, or written anew.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class EventFacts:
    """An audit event as it is sealed: all of its columns."""

    id: int
    at: datetime
    site: str
    actor: str
    action: str
    subject_type: str
    subject_id: str
    patient_id: str
    detail: Any


EVENT_COLUMNS = tuple(EventFacts.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Link:
    """A seal and the event it names; None when that event is gone."""

    number: int
    event_id: int
    digest: str
    event: EventFacts | None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be, in words; `code` is stable."""

    code: str
    site: str
    text: str


def canonical(event: EventFacts) -> str:
    """The one spelling of an event: JSON, keys sorted, no blanks, time in UTC to the µs."""
    spelled = {name: getattr(event, name) for name in EVENT_COLUMNS}
    spelled["at"] = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    return json.dumps(spelled, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def next_digest(previous: str, event: EventFacts) -> str:
    """The digest of the link that follows `previous` and holds `event`."""
    return sha256((previous + canonical(event)).encode()).hexdigest()


def check_links(site: str, links: Iterable[Link]) -> Iterator[Finding]:
    """Everything wrong with a site's links, given by ascending number.

    Each link is held against the *stored* digest before it, so that one change is one finding
    instead of condemning all that follows.
    """
    previous, number = GENESIS, 0
    for link in links:
        if link.number != number + 1:
            yield Finding(
                "seal_missing", site, f"seals {number + 1} to {link.number - 1} are missing"
            )
        elif link.event is None:
            yield Finding("event_deleted", site, f"event {link.event_id} ({_nth(link)}) is gone")
        elif link.event.site != site or next_digest(previous, link.event) != link.digest:
            yield Finding(
                "event_changed",
                site,
                f"event {link.event_id} ({_nth(link)}) was changed, or stands in another's place",
            )
        previous, number = link.digest, link.number


def _nth(link: Link) -> str:
    return f"number {link.number}"
