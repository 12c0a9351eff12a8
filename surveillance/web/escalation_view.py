"""An escalation in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from surveillance.models import Escalation, EscalationAnswer, EscalationResolution
from surveillance.web.forms import SEEN_FORMAT
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


@dataclass(frozen=True, slots=True)
class AnswerLink:
    """An answer that the person may give."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An answer that was given."""

    title: str
    detail: tuple[str, ...]
    by: str


def seen_words(row: Escalation) -> str:
    """When it had last been answered, as a form carries it; empty if never."""
    return row.acknowledged_at.strftime(SEEN_FORMAT) if row.acknowledged_at else ""


def answer_rows(row: Escalation) -> tuple[AnswerRow, ...]:
    """The answers given so far, the newest first. One query."""
    given = EscalationAnswer.objects.filter(escalation=row).select_related("answered_by")
    return tuple(_answer_row(one, row) for one in given.order_by("-answered_at", "pk"))


def _answer_row(one: EscalationAnswer, row: Escalation) -> AnswerRow:
    order = f"Number {one.order_number}, {date_words(one.ordered_on)}" if one.order_number else ""
    back = f"Comes back after {date_words(one.promised_on)}" if one.promised_on else ""
    said = (one.get_not_indicated_display(), order, one.reason, back)
    at = moment_words(one.answered_at, row.follow_up.site)
    return AnswerRow(
        title=one.get_kind_display(),
        detail=tuple(words for words in said if words),
        by=f"{name_of_user(one.answered_by)}, {at}",
    )


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
