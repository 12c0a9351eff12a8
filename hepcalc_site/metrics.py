"""The figures of /metrics, asked of the database: right whichever process is asked."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from time import monotonic
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, QuerySet
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from surveillance.models import Escalation, FailsafeRun, FollowUp, Notification, SweepRun

# Counting a large registry costs; between two scrapes the last figures are good enough. What takes
# seconds (ten million follow-ups do) is counted so seldom that it takes 1 % of the time.
SECONDS_BETWEEN_COUNTS = 30
COUNTS_COST_AT_MOST = 0.01
Figures = dict[str, float]


def counted_by(column: str, rows: QuerySet[Any]) -> Figures:
    """How many rows there are of each value of a column."""
    counted = rows.order_by().values_list(column).annotate(Count("pk"))
    return {str(value): float(count) for value, count in counted}


def open_follow_ups(_now: datetime) -> Figures:
    """Open obligations."""
    return counted_by("escalation_class", FollowUp.objects.open())


def overdue_follow_ups(now: datetime) -> Figures:
    """Open obligations past their last day (UTC)."""
    return counted_by("escalation_class", FollowUp.objects.overdue(now.date()))


def unresolved_escalations(_now: datetime) -> Figures:
    """Escalations that nobody has resolved."""
    return counted_by("tier", Escalation.objects.unresolved())


def outbox(_now: datetime) -> Figures:
    """Messages."""
    return counted_by("status", Notification.objects.all())


def seconds_since_sweep(now: datetime) -> Figures:
    """How long ago the newest sweep finished."""
    newest = SweepRun.objects.order_by().values_list("kind").annotate(Max("finished_at"))
    return {kind: (now - finished).total_seconds() for kind, finished in newest if finished}


def failsafe_findings(_now: datetime) -> Figures:
    """What the newest check of the failsafe counted, over all sites."""
    newest = FailsafeRun.objects.newest_first().first()
    found: Counter[str] = Counter()
    for kept in newest.kept() if newest else ():
        found[kept.code] += kept.count
    return {code: float(count) for code, count in found.items()}


def seconds_since_failsafe(now: datetime) -> Figures:
    """How long ago the failsafe was last asked."""
    newest = FailsafeRun.objects.newest_first().first()
    return {"all": (now - newest.finished_at).total_seconds()} if newest else {}


GAUGES: Mapping[str, tuple[str, str, Callable[[datetime], Figures]]] = {
    "hepcalc_follow_ups_open": ("Open obligations", "escalation_class", open_follow_ups),
    "hepcalc_follow_ups_overdue": (
        "Open obligations past their last day",
        "escalation_class",
        overdue_follow_ups,
    ),
    "hepcalc_escalations_unresolved": ("Unresolved escalations", "tier", unresolved_escalations),
    "hepcalc_notifications": ("Messages in the outbox", "status", outbox),
    "hepcalc_failsafe_findings": ("What must never be", "code", failsafe_findings),
    "hepcalc_seconds_since_failsafe": (
        "Age of the newest check of the failsafe",
        "sites",
        seconds_since_failsafe,
    ),
    "hepcalc_seconds_since_sweep": ("Age of the newest sweep", "kind", seconds_since_sweep),
}


class DatabaseCollector(Collector):
    """Asks the database when Prometheus asks us."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterable[Metric]:
        """One gauge per question."""
        for name, (description, label, _question) in GAUGES.items():
            gauge = GaugeMetricFamily(name, description, labels=[label])
            for value, figure in self._figures(name).items():
                gauge.add_metric([value], figure)
            yield gauge

    def _figures(self, name: str) -> Figures:
        key = f"metrics:{name}"
        known: Figures | None = cache.get(key)
        if known is None:
            begun = monotonic()
            known = GAUGES[name][2](self.now)
            taken = monotonic() - begun
            cache.set(key, known, max(SECONDS_BETWEEN_COUNTS, taken / COUNTS_COST_AT_MOST))
        return known


def registry(now: datetime) -> CollectorRegistry:
    """A registry for one scrape at the moment `now`."""
    scrape = CollectorRegistry()
    scrape.register(DatabaseCollector(now))
    return scrape
