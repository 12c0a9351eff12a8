"""An escalation in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from surveillance.models import Escalation, EscalationResolution
from surveillance.web.queue_rows import escalation_words
from surveillance.web.wording import date_words, moment_words, name_of_user, owner_words

if TYPE_CHECKING:
    from django.contrib.auth.models import User

TIERS = {1: "navigator", 2: "lead navigator", 3: "responsible clinician", 4: "medical director"}


@dataclass(frozen=True, slots=True)
class EscalationDetail:
    """What was raised, to whom, why now, and what was answered."""

    heading: str
    tier: str
    raised: str
    owner: str
    follow_up_owner: str
    reason: str
    answer: str
    resolution: str


def escalation_detail(
    row: Escalation, on: date, stand_ins: Mapping[tuple[int, int], "User"]
) -> EscalationDetail:
    """`row` comes with its owner, its follow-up and the follow-up's owner."""
    site, follow_up = row.follow_up.site, row.follow_up
    return EscalationDetail(
        heading=escalation_words(row, on),
        tier=f"{row.tier}, the {TIERS[row.tier]} (step {row.step})",
        raised=moment_words(row.raised_at, site),
        owner=owner_words(row.owner, stand_ins.get((site.pk, row.owner_id or 0)), "nobody"),
        follow_up_owner=owner_words(
            follow_up.owner, stand_ins.get((site.pk, follow_up.owner_id or 0)), "nobody"
        ),
        reason=row.follow_up.reason,
        answer=_answer(row),
        resolution=_resolution(row),
    )


def _answer(row: Escalation) -> str:
    if row.acknowledged_at is None:
        return ""
    by = name_of_user(row.acknowledged_by)
    at = moment_words(row.acknowledged_at, row.follow_up.site)
    return f"{by}, {at}: {row.next_action} Until {date_words(row.acknowledged_until)}."


def _resolution(row: Escalation) -> str:
    if row.resolved_at is None:
        return ""
    words = EscalationResolution(row.resolution).label
    return f"{words}, {moment_words(row.resolved_at, row.follow_up.site)}"
