"""Escalations: raised, answered, open; by tier, with the time to the answer."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from surveillance.dashboard.number import (
    Cell,
    Figure,
    Kind,
    Number,
    Row,
    count,
    share,
    spread_cells,
)
from surveillance.dashboard.scope import Scope
from surveillance.day_spans import DaysBetween, Spread, sooner, spreads_of
from surveillance.measures import TIERS, raised
from surveillance.models import Escalation, EscalationAnswer, FollowUpQuerySet

KEY = "escalations"
TIER_WORDS = {
    1: gettext_noop("T1, navigator"),
    2: gettext_noop("T2, lead navigator"),
    3: gettext_noop("T3, responsible clinician"),
    4: gettext_noop("T4, medical director"),
}
STATES = {
    "raised": Q(is_recent=True),
    "answered": Q(is_recent=True, is_answered=True),
    "ended": Q(is_recent=True, is_answered=False, resolved_at__isnull=False),
    "open": Q(resolved_at=None),
    "waiting": Q(resolved_at=None) & (Q(acknowledged_at=None) | Q(is_back=True)),
}


def _escalations(scope: Scope) -> "QuerySet[Escalation]":
    """With the moment of the first answer that is known."""
    answers = EscalationAnswer.objects.filter(escalation=OuterRef("pk"))
    first = Subquery(answers.order_by("answered_at").values("answered_at")[:1])
    recent = Q(raised_at__gte=scope.first_moment)
    rows = raised().filter(recent | Q(resolved_at=None), follow_up__site__in=scope.sites)
    return rows.annotate(
        is_recent=recent,
        is_back=Q(acknowledged_until__lt=scope.own_day("follow_up__site")),
        is_answered=Q(acknowledged_at__isnull=False) | Q(Exists(answers)),
        answered_at=sooner(first, "acknowledged_at"),
    )


def count_escalations(scope: Scope) -> Number:
    """Two queries."""
    rows = _escalations(scope)
    counts = {f"n_{state}": Count("pk", filter=q) for state, q in STATES.items()}
    by_tier = rows.order_by().values_list("tier").annotate(**counts)
    found = {tier: tuple(numbers) for tier, *numbers in by_tier}
    days = DaysBetween(TruncDate("answered_at"), TruncDate("raised_at"))
    spreads = spreads_of(rows.filter(STATES["answered"]), "tier", days)
    totals = [sum(column) for column in zip(*found.values(), strict=True)] or [0] * len(STATES)
    told = dict(zip(STATES, totals, strict=True))
    return Number(
        KEY,
        _("Escalations"),
        _(
            "Raised in these twelve months (UTC days), by tier: how many somebody answered or "
            "acknowledged, how many ended before anybody did, and the days from raising to the "
            "answer. Open are all that have not ended, whenever they were raised; waiting those of "
            "them for which nobody has promised anything, or whose promise has run out."
        ),
        _(
            "Steps that were passed over while the sweep was down. An acknowledgement that was "
            "renewed is kept with its newest day only, so that the days to the answer err on the "
            "long side."
        ),
        _figures(told),
        _columns(),
        tuple(_row(tier, found, spreads) for tier in TIERS),
        period=(scope.first_on, scope.today),
    )


def _columns() -> tuple[str, ...]:
    return (
        _("Tier"),
        pgettext("escalations", "Raised"),
        pgettext("escalations", "Answered"),
        pgettext("escalations", "Ended unanswered"),
        pgettext("escalations", "Open now"),
        pgettext("escalations", "Waiting"),
        _("Median"),
        _("Lower quartile"),
        _("Upper quartile"),
    )


def _figures(told: dict[str, int]) -> tuple[Figure, ...]:
    return (
        share(
            "answered",
            pgettext("escalations", "Answered"),
            (told["answered"], _("answered or acknowledged")),
            (told["raised"], _("escalations raised")),
            part="answered",
        ),
        count(
            "waiting",
            _("Waiting for an answer"),
            (told["waiting"], _("open without a promise that still runs")),
            (told["open"], _("open escalations")),
        ),
    )


def _row(tier: int, found: dict[int, tuple[int, ...]], spreads: dict[int, Spread]) -> Row:
    numbers = found.get(tier, (0,) * len(STATES))
    cells = (Cell(n, f"{tier}.{state}") for state, n in zip(STATES, numbers, strict=True))
    return Row(_(TIER_WORDS[tier]), (*cells, *spread_cells(spreads.get(tier, Spread()))))


def list_escalations(scope: Scope, part: str) -> FollowUpQuerySet:
    """'' what waits; 'answered'; '3.open' one tier and state. Follow-ups, each once."""
    tier, _dot, state = part.rpartition(".")
    rows = _escalations(scope).filter(STATES[state or "waiting"])
    if tier:
        rows = rows.filter(tier={str(each): each for each in TIERS}[tier])
    return scope.follow_ups().filter(Exists(rows.filter(follow_up=OuterRef("pk"))))


ESCALATIONS = Kind(KEY, count_escalations, list_escalations)
