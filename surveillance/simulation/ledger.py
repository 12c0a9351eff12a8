"""What became of every exam that was owed: the figures of one arm, counted the same way in all.

A need is one imaging obligation of one lesion from the day it arises until an exam fulfils it or
it ends otherwise. It counts once its last day lies within the run.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from surveillance.protocol.facts import ExamFacts
from surveillance.protocol.fulfilment import fulfils
from surveillance.protocol.recommendation import Obligation
from surveillance.protocol.terms import EscalationClass, ObligationKind
from surveillance.simulation.chart import Chart

AT_RISK = frozenset({EscalationClass.AT_RISK, EscalationClass.URGENT})


@dataclass
class Need:
    """An exam that is owed."""

    owed: Obligation
    arose_on: date


@dataclass
class Ledger:
    """Counts of one arm. Days are counted per lesion."""

    ends_on: date
    counted: Counter[str] = field(default_factory=Counter)
    on_time: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    """Of those counted, the ones that an exam fulfilled, however late."""
    days_owed: Counter[str] = field(default_factory=Counter)
    days_overdue: Counter[str] = field(default_factory=Counter)
    late_by: Counter[int] = field(default_factory=Counter)
    work: Counter[str] = field(default_factory=Counter)
    """calls, letters, messages, exams, requests: whatever somebody did."""
    _needs: dict[tuple[str, str], Need] = field(default_factory=dict)

    def settle(
        self, mrn: str, chart: Chart, day: date, exams: dict[str, ExamFacts] | None = None
    ) -> dict[str, tuple[Obligation, ...]]:
        """Ask the chart what is owed and note what that ends and begins; returns what is owed."""
        owed = chart.ask(day)
        for label, obligations in owed.items():
            now = next((one for one in obligations if one.kind is ObligationKind.IMAGING), None)
            need, exam = self._needs.get((mrn, label)), (exams or {}).get(label)
            done_on = _done_on(need, exam, chart, label, day)
            if need is not None and (done_on or now is None or now.window != need.owed.window):
                self._end(need, done_on, day)
                del self._needs[mrn, label]
            if now is not None and (mrn, label) not in self._needs:
                self._needs[mrn, label] = Need(now, day)
        return owed

    def close(self) -> None:
        """The run is over: what is still owed is counted up to its last day."""
        for need in self._needs.values():
            self._end(need, None, self.ends_on)
        self._needs.clear()

    def figures(self) -> dict[str, dict[str, int]]:
        """The counts, as they go into a file."""
        names = ("counted", "on_time", "done", "days_owed", "days_overdue", "late_by", "work")
        return {
            name: {str(key): count for key, count in sorted(getattr(self, name).items())}
            for name in names
        }

    def _end(self, need: Need, done_on: date | None, day: date) -> None:
        latest, name = need.owed.window.latest, need.owed.escalation_class.value
        until = done_on or day
        self.days_owed[name] += max(0, (until - need.arose_on).days)
        self.days_overdue[name] += max(0, (until - max(latest, need.arose_on)).days)
        if latest > self.ends_on or (done_on is None and until <= latest):
            return  # its last day is not part of the run, or it ended otherwise in good time
        self.counted[name] += 1
        self.on_time[name] += until <= latest
        self.done[name] += done_on is not None
        if until > latest:
            self.late_by[(until - latest).days] += 1


def _done_on(
    need: Need | None, exam: ExamFacts | None, chart: Chart, label: str, day: date
) -> date | None:
    """The day of the exam, if it settles the need."""
    if need is None or exam is None:
        return None
    owed = need.owed
    answer = fulfils(exam, chart.case(label, day), owed.kind, owed.recommendation, owed.window)
    return exam.on if answer.fulfilled else None


def imaging_of(owed: Iterable[tuple[Obligation, ...]]) -> list[Obligation]:
    """The exams that are owed, the soonest target first."""
    found = [one for each in owed for one in each if one.kind is ObligationKind.IMAGING]
    return sorted(found, key=lambda one: (one.window.target, one.window.latest))
