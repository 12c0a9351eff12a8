"""Of several things said of one report under one number, the latest stands, whatever the order in
which they come."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from surveillance.models import IntakeItem
from surveillance.said_before import HEARD

STATES = ("PRELIMINARY", "FINAL", "CORRECTED", "CANCELLED")
NOT_CONTENT = ("said_at", "person")


@dataclass(frozen=True, slots=True)
class Said:
    """What was taken in before about the same report. `before`: the newest not later than this
    one; `is_outdated`: something later was taken in already."""

    before: IntakeItem | None
    is_outdated: bool


def said_before(item: IntakeItem) -> Said:
    """Compare with what was taken in about the same key at the same site.

    The moment decides; of one moment the later state; of one state the content, so that the order
    of arrival never does.
    """
    others = IntakeItem.objects.about(item.site, item.kind, item.key).exclude(pk=item.pk)
    known = [one for one in others.filter(status__in=HEARD) if one.said_at is not None]
    earlier = [one for one in known if _rank(one) <= _rank(item)]
    return Said(max(earlier, key=_rank, default=None), is_outdated=len(earlier) < len(known))


def says_the_same(one: IntakeItem, other: IntakeItem) -> bool:
    """Whether two statements differ in nothing but their moment and who the patient is said to
    be beside the record number."""
    return one.mrn == other.mrn and _content(one) == _content(other)


def _rank(item: IntakeItem) -> Any:
    state = item.content.get("state", "")
    place = STATES.index(state) if state in STATES else 0
    told = json.dumps(_content(item), sort_keys=True)
    return item.said_at, place, hashlib.sha256(told.encode()).hexdigest()


def _content(item: IntakeItem) -> dict[str, Any]:
    return {name: value for name, value in item.content.items() if name not in NOT_CONTENT}
