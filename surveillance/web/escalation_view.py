"""An escalation in plain words."""

from dataclasses import dataclass
from datetime import date

from surveillance.models import Escalation, EscalationResolution
from surveillance.web.queue_rows import escalation_words
from surveillance.web.wording import date_words, moment_words, name_of_user

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


def escalation_detail(row: Escalation, on: date) -> EscalationDetail:
    """`row` comes with its owner, its follow-up and the follow-up's owner."""
    site = row.follow_up.site
    return EscalationDetail(
        heading=escalation_words(row, on),
        tier=f"{row.tier}, the {TIERS[row.tier]} (step {row.step})",
        raised=moment_words(row.raised_at, site),
        owner=name_of_user(row.owner, "nobody"),
        follow_up_owner=name_of_user(row.follow_up.owner, "nobody"),
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
