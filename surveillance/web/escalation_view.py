"""An escalation in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from surveillance.models import (
    Escalation,
    EscalationAnswer,
    EscalationAnswerKind,
    EscalationResolution,
    FollowUp,
    FollowUpOutcome,
    NotIndicated,
)
from surveillance.web.forms import SEEN_FORMAT
from surveillance.web.protocol_words import Said, said
from surveillance.web.queue_rows import days_words, escalation_words, owed_words
from surveillance.web.wording import (
    date_words,
    lesion_words,
    moment_words,
    name_of_user,
    owner_words,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

TIERS = {
    1: gettext_noop("{tier}, the navigator (step {step})"),
    2: gettext_noop("{tier}, the lead navigator (step {step})"),
    3: gettext_noop("{tier}, the responsible clinician (step {step})"),
    4: gettext_noop("{tier}, the medical director (step {step})"),
}


@dataclass(frozen=True, slots=True)
class EscalationDetail:
    """What was raised, to whom, why now, and what was answered."""

    heading: str
    tier: str
    raised: str
    owner: str
    follow_up_owner: str
    reason: Said
    answer: str
    ended: str
    """How and when it ended; empty while it is open."""
    outcome: str


@dataclass(frozen=True, slots=True)
class EscalationLink:
    """Another escalation: the one that stands in the place of what ended, or the patient's."""

    words: str
    url: str


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
    order = ""
    if one.order_number:
        number, day = one.order_number, date_words(one.ordered_on)
        order = _("Number {number}, {day}").format(number=number, day=day)
    why = one.not_indicated and _(str(NotIndicated(one.not_indicated).label))
    said = (why, order, one.reason, _back(one, row))
    at = moment_words(one.answered_at, row.follow_up.site)
    return AnswerRow(
        title=_(str(EscalationAnswerKind(one.kind).label)),
        detail=tuple(words for words in said if words),
        by=f"{name_of_user(one.answered_by)}, {at}",
    )


def escalation_detail(
    row: Escalation, on: date, stand_ins: Mapping[tuple[int, int], "User"]
) -> EscalationDetail:
    """`row` comes with its owner, its follow-up and the follow-up's owner."""
    site, follow_up = row.follow_up.site, row.follow_up
    return EscalationDetail(
        heading=_heading(row, on),
        tier=_(TIERS[row.tier]).format(tier=row.tier, step=row.step),
        raised=moment_words(row.raised_at, site),
        owner=owner_words(row.owner, stand_ins.get((site.pk, row.owner_id or 0)), _("nobody")),
        follow_up_owner=owner_words(
            follow_up.owner, stand_ins.get((site.pk, follow_up.owner_id or 0)), _("nobody")
        ),
        reason=said(row.follow_up.reason),
        answer=_answer(row),
        ended=_ended(row),
        outcome=_outcome(follow_up),
    )


def goes_on(row: Escalation, on: date) -> EscalationLink | None:
    """The open escalation after one that ended: a higher tier, or that of the successor of what
    was owed. One query, and none while it is open."""
    follow_up = row.follow_up
    if row.resolved_at is None:
        return None
    rows = Escalation.objects.unresolved().filter(
        follow_up__in=[follow_up.pk, follow_up.superseded_by_id or follow_up.pk]
    )
    found = rows.order_by("-tier").first()
    if found is None:
        return None
    return EscalationLink(escalation_words(found, on), reverse("escalation", args=[found.pk]))


def other_link(row: Escalation, on: date) -> EscalationLink:
    """Another open escalation of the patient."""
    return EscalationLink(other_words(row, on), reverse("escalation", args=[row.pk]))


def other_words(row: Escalation, on: date) -> str:
    """'Lesion L2, segment V: Surveillance imaging. Escalated to tier 3, 5 days overdue'."""
    follow_up = row.follow_up
    return _("{lesion}: {owed}. {escalation}, {days}").format(
        lesion=lesion_words(follow_up.lesion),
        owed=owed_words(follow_up),
        escalation=escalation_words(row, on),
        days=days_words(follow_up, on),
    )


def _heading(row: Escalation, on: date) -> str:
    """What runs is told as running, what ended as ended."""
    if row.resolved_at is None:
        return escalation_words(row, on)
    return _("Escalation to tier {tier}: ended").format(tier=row.tier)


def _back(one: EscalationAnswer, row: Escalation) -> str:
    if one.promised_on is None:
        return ""
    day = date_words(one.promised_on)
    if row.resolved_at is None:
        return _("Comes back after {day}").format(day=day)
    return _("Promised until {day}").format(day=day)


def _answer(row: Escalation) -> str:
    if row.acknowledged_at is None:
        return ""
    by = name_of_user(row.acknowledged_by)
    at = moment_words(row.acknowledged_at, row.follow_up.site)
    return _("{person}, {at}: {action} Until {day}.").format(
        person=by, at=at, action=row.next_action, day=date_words(row.acknowledged_until)
    )


def _ended(row: Escalation) -> str:
    if row.resolved_at is None:
        return ""
    words = _(str(EscalationResolution(row.resolution).label))
    return f"{words}, {moment_words(row.resolved_at, row.follow_up.site)}"


def _outcome(follow_up: FollowUp) -> str:
    """How what was owed ended; empty while it is open."""
    return _(str(FollowUpOutcome(follow_up.outcome).label)) if follow_up.outcome else ""
