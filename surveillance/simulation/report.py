"""The report: a table that a person reads; the same figures go into a file with --json."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from surveillance.simulation.figures import Figures

ARMS = {
    "software": "HepCalc",
    "backstop": "Backstop-like",
    "nobody": "no programme",
}
CLASSES = ("AT_RISK", "URGENT", "LOW")
PERCENT = 100.0
P95 = 0.95


def table(figures: Figures, title: str) -> str:
    """The whole report as text."""
    return "\n".join([title, "", *_coverage(figures), "", *_arms(figures), "", *_work(figures)])


def summary(figures: Figures) -> Figures:
    """The same in numbers that a program can read."""
    return {
        "uncovered_lesion_days": figures["watch"]["uncovered"],
        "arms": {name: _arm(arm) for name, arm in figures["arms"].items()},
        "load": _load(figures["load"]),
        "figures": figures,
    }


def _coverage(figures: Figures) -> Iterator[str]:
    watch, records = figures["watch"], figures["records"]
    yield f"lesion-days on which something was owed    {watch['lesion_days']:>12,}"
    yield f"  without a valid obligation               {watch['uncovered']:>12,}"
    yield f"  of them at risk ({watch['at_risk_days']:,} days)".ljust(43) + (
        f"{watch['uncovered_at_risk']:>12,}"
    )
    yield f"  with nobody answering for it             {watch['ownerless']:>12,}"
    yield f"asked of the second implementation in SQL  {watch['asked_in_sql']:>12,}"
    yield f"  lesions it missed an obligation for      {watch['named_by_sql']:>12,}"
    yield f"escalations raised twice                   {records['escalations_double']:>12,}"
    yield f"lesions not accounted for at the end       {records['lesions_unaccounted']:>12,}"
    yield "staff: " + _listed(figures["staff"])
    if any(figures["faults"].values()):
        yield f"what broke, in days: {_listed(figures['faults'])}"
        yield (
            f"e-mails handed over {records['emails_handed_over']:,}; workers that died over one "
            f"{records['workers_died']:,}; copies {records['emails_repeated']:,}"
        )
    for gap in watch["gaps"]:
        yield f"  ! {gap}"


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts.items())


def _arms(figures: Figures) -> Iterator[str]:
    arms = {name: _arm(figures["arms"][name]) for name in ARMS}
    yield "".ljust(44) + "".join(f"{label:>15}" for label in ARMS.values())
    for row in arms["software"]:
        cells = "".join(f"{_shown(arms[name][row]):>15}" for name in ARMS)
        yield f"{row:<44}{cells}"


def _arm(arm: dict[str, dict[str, int]]) -> dict[str, float | int | None]:
    work, exams = arm["work"], arm["work"].get("exams", 0)
    found: dict[str, float | int | None] = {}
    for name in (*CLASSES, ""):
        label = name or "all"
        found[f"exams owed, {label}"] = _of(arm["counted"], name)
        found[f"done by the last day, {label}, %"] = _share(arm, "on_time", "counted", name)
        found[f"done at all, {label}, %"] = _share(arm, "done", "counted", name)
    overdue = _share(arm, "days_overdue", "days_owed", "")
    found["proportion of time covered, %"] = None if overdue is None else PERCENT - overdue
    found["median days late, of the late ones"] = _quantile(_spread(arm["late_by"]), 0.5)
    found["exams done"] = exams
    for what in ("calls", "letters", "requests"):
        found[f"{what} per exam done"] = round(work.get(what, 0) / exams, 2) if exams else None
    found["signed as not indicated"] = work.get("signed_off", 0)
    return found


def _work(figures: Figures) -> Iterator[str]:
    records, load = figures["records"], _load(figures["load"])
    exams = figures["arms"]["software"]["work"].get("exams", 0) or 1
    for tier in (1, 2, 3, 4):
        yield f"escalations on tier {tier}".ljust(43) + f"{records[f'escalations_T{tier}']:>12,}"
    yield f"tiers passed over while nobody looked      {records['escalations_skipped']:>12,}"
    for whom in ("patients", "staff"):
        sent = _sent(figures["messages"], whom)
        yield f"messages to {whom} per exam done".ljust(43) + f"{sent / exams:>12.1f}"
    for fate, count in sorted(figures["messages"].items()):
        yield f"  {fate}".ljust(60) + f"{count:>9,}"
    yield (
        "actions of a navigator in a week: "
        f"mean {load['mean']}, 95 % of weeks up to {load['p95']}, most {load['max']}"
    )


def _sent(messages: dict[str, int], whom: str) -> int:
    return sum(count for fate, count in messages.items() if fate.startswith(f"sent to {whom} "))


def _load(load: dict[str, int]) -> dict[str, float | int | None]:
    """Of nurse navigators, over the weeks in which they did anything."""
    weeks = sorted(done for name, done in load.items() if name.startswith("navigator."))
    mean = round(sum(weeks) / len(weeks), 1) if weeks else None
    return {"mean": mean, "p95": _quantile(weeks, P95), "max": max(weeks, default=None)}


def _of(counts: dict[str, int], name: str) -> int:
    return counts.get(name, 0) if name else sum(counts.values())


def _share(arm: dict[str, dict[str, int]], part: str, whole: str, name: str) -> float | None:
    total = _of(arm[whole], name)
    return round(PERCENT * _of(arm[part], name) / total, 1) if total else None


def _spread(counts: dict[str, int]) -> list[int]:
    return sorted(Counter({int(days): many for days, many in counts.items()}).elements())


def _quantile(values: Sequence[int], share: float) -> int | None:
    return values[min(len(values) - 1, int(len(values) * share))] if values else None


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:.1f}"
