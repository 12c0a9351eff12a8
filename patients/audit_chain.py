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

from django.utils.translation import gettext as _

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
                "seal_missing",
                site,
                _("seals {first} to {last} are missing").format(
                    first=number + 1, last=link.number - 1
                ),
            )
        elif link.event is None:
            gone = _("event {event} (number {number}) is gone")
            yield Finding("event_deleted", site, _of_link(gone, link))
        elif link.event.site != site or next_digest(previous, link.event) != link.digest:
            changed = _("event {event} (number {number}) was changed, or stands in another's place")
            yield Finding("event_changed", site, _of_link(changed, link))
        previous, number = link.digest, link.number


def _of_link(words: str, link: Link) -> str:
    return words.format(event=link.event_id, number=link.number)
