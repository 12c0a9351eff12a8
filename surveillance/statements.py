"""Of several things said of one report under one number, the latest stands, whatever the order in
which they come."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from patients.models import Patient
from surveillance.models import IntakeItem
from surveillance.said_before import HEARD, numbers_of, records_of_person

STATES = ("PRELIMINARY", "FINAL", "CORRECTED", "CANCELLED")
NOT_CONTENT = ("said_at", "person")


@dataclass(frozen=True, slots=True)
class Said:
    """What was taken in before about the same report. `before`: the newest not later than this
    one; `is_outdated`: something later was taken in already."""

    before: IntakeItem | None
    is_outdated: bool


def said_before(item: IntakeItem, patient: Patient) -> Said:
    """Compare with what was taken in about the same key of the same person. A number that was used
    for somebody else's report, too, says nothing of this one.

    The moment decides; of one moment the message sent later, of these the later state, of one state
    the content, so that the order of arrival never does.
    """
    records = records_of_person(patient)
    theirs = Q(patient__in=[row.pk for row in records]) | Q(mrn__in=numbers_of(records))
    others = IntakeItem.objects.about(item.site, item.kind, item.key).filter(theirs)
    others = others.exclude(pk=item.pk).select_related("message").defer("message__raw")
    known = [one for one in others.filter(status__in=HEARD) if one.said_at is not None]
    earlier = [one for one in known if _rank(one) <= _rank(item)]
    return Said(max(earlier, key=_rank, default=None), is_outdated=len(earlier) < len(known))


def says_the_same(one: IntakeItem, other: IntakeItem) -> bool:
    """Whether two statements differ in nothing but their moment and who the patient is said to
    be beside the record number."""
    return one.mrn == other.mrn and _content(one) == _content(other)


def is_repetition(one: IntakeItem, other: IntakeItem) -> bool:
    """Whether two statements differ in nothing but their moment."""
    first, second = ({**item.content, "said_at": ""} for item in (one, other))
    return first == second


def _rank(item: IntakeItem) -> Any:
    state = item.content.get("state", "")
    place = STATES.index(state) if state in STATES else 0
    told = json.dumps(_content(item), sort_keys=True)
    sent_at = item.message.sent_at or item.said_at
    return item.said_at, sent_at, place, hashlib.sha256(told.encode()).hexdigest()


def _content(item: IntakeItem) -> dict[str, Any]:
    return {name: value for name, value in item.content.items() if name not in NOT_CONTENT}
