"""What happens to the people of one arm, day by day, whoever looks after them.

`Records` is told of everything that becomes known; the arm with the real software writes it down
there, the others keep nothing. A programme acts through `ask_for_order`, `call`, `write_to` and
the like, and chance answers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any, Protocol

from surveillance.protocol.dates import add_months
from surveillance.protocol.facts import MdtDecision
from surveillance.protocol.parameters import (
    ADULT_FROM_YEARS,
    INFANT_UNDER_MONTHS,
    YOUNG_INFANT_UNDER_MONTHS,
)
from surveillance.protocol.recommendation import Obligation
from surveillance.protocol.terms import (
    LesionStatus,
    MdtOutcome,
    ObligationKind,
    PatientStatus,
    RecommendationKind,
    Tri,
)
from surveillance.registry.rows import RegistryRow
from surveillance.simulation import rates
from surveillance.simulation.chart import open_chart
from surveillance.simulation.ledger import Ledger
from surveillance.simulation.life import Life
from surveillance.simulation.records import Records
from surveillance.simulation.subjects import Subject
from surveillance.simulation.trips import Reply, Trip

HALF_YEAR = timedelta(days=182)
DAY = timedelta(days=1)
AUTHOR = "Dr Simulated"
MONTHS_OF_AGE = (
    ADULT_FROM_YEARS.value * 12,
    INFANT_UNDER_MONTHS.value,
    YOUNG_INFANT_UNDER_MONTHS.value,
)


class Programme(Protocol):
    """Who looks after the people."""

    def trip_begins(self, life: Life, trip: Trip) -> None:
        """An exam is owed and nobody has gone to it yet."""


@dataclass(order=True)
class _Event:
    day: date
    serial: int
    act: Callable[..., None] = field(compare=False)
    details: tuple[Any, ...] = field(compare=False)


class World:
    """The people of one arm and what is going to happen to them."""

    def __init__(
        self,
        subjects: Iterable[Subject],
        ledger: Ledger,
        records: Records,
        feed: Callable[[Life, date], date] = lambda _life, day: day,
    ) -> None:
        self.lives = {one.mrn: Life(one) for one in subjects}
        self.ledger, self.records = ledger, records
        self.programme: Programme | None = None
        self._feed = feed
        self._agenda: list[_Event] = []
        self._serial = count()
        self.today = date.min
        for life in self.lives.values():
            self.plan(life.subject.enters_on, self._enters, life)

    # ------------------------------------------------------------ time

    def plan(self, day: date, act: Callable[..., None], *details: Any) -> None:
        """Let something happen on a day to come (today: today still)."""
        heappush(self._agenda, _Event(max(day, self.today), next(self._serial), act, details))

    def live(self, day: date) -> None:
        """Everything that happens on `day`."""
        self.today = day
        while self._agenda and self._agenda[0].day <= day:
            event = heappop(self._agenda)
            event.act(*event.details)

    # ------------------------------------------------------------ what staff can do

    def ask_for_order(self, life: Life) -> bool:
        """Ask the clinician for the order; whether there is one now. An overdue exam may be
        found not to be indicated."""
        trip = life.trip
        if trip is None or trip.is_scanned:
            return False
        if trip.is_ordered:
            return True
        self.ledger.work["requests"] += 1
        if not life.chances.is_answered(trip):
            return False
        if self.is_signed_off(life):
            return False
        trip.is_ordered = True
        self.records.order(life, self.today)
        return True

    def is_signed_off(self, life: Life) -> bool:
        """A clinician looks at an overdue exam, and may sign that it is not indicated."""
        trip, soonest = life.trip, life.imaging()[:1]
        if trip is None or not soonest or self.today <= soonest[0].window.latest:
            return False
        if life.chances.is_indicated(trip):
            return False
        label = next(name for name, each in sorted(life.owed.items()) if soonest[0] in each)
        assert life.chart is not None
        life.chart.sign_off(label)
        self.ledger.work["signed_off"] += 1
        self.records.signed_off(life, label, self.today)
        self.settle(life)
        return True

    def call(self, life: Life) -> Reply:
        """Call the patient once about the exam that is owed and ordered."""
        trip = life.trip
        assert trip is not None
        self.ledger.work["calls"] += 1
        reply = life.chances.call(trip)
        if reply.is_spoken and life.letter_came_back:
            life.letter_came_back = life.is_at_another_address = False
            self.records.address(life, self.today)
        if reply is Reply.AGREED and not life.comes:
            return Reply.DECLINED
        if reply in (Reply.AGREED, Reply.CALL_BACK) and trip.goes_on is not None:
            reply = Reply.AGREED  # there is an appointment already, and now it is known
            self._book(life, trip, trip.goes_on)
        elif reply is Reply.AGREED:
            trip.is_promised = True
            self._book(life, trip, life.chances.slot(trip, self.today))
        return reply

    def write_to(self, life: Life) -> bool:
        """Post the patient a letter; whether it arrives. It brings nobody without an order."""
        self.ledger.work["letters"] += 1
        trip = life.trip
        brings = trip is not None and life.chances.letter_brings(trip)
        if life.is_at_another_address:
            back = self.today + timedelta(days=rates.RETURN_DAYS.value)
            self.plan(back, self._returned, life)
            return False
        is_free = trip is not None and trip.is_ordered and trip.goes_on is None
        if trip is not None and brings and is_free and life.comes:
            trip.is_promised = True
            answers = self.today + timedelta(days=rates.LETTER_DAYS.value)
            self._go(life, trip, life.chances.slot(trip, answers))
        return True

    def look_up_booking(self, life: Life) -> bool:
        """Ask the scheduling desk; whether an appointment is known now."""
        trip = life.trip
        if trip is None or trip.goes_on is None:
            return False
        near = trip.goes_on <= self.today + timedelta(days=rates.BOOKED_AHEAD.value)
        if near and not trip.is_booked:
            self._book(life, trip, trip.goes_on)
        return trip.is_booked

    def chase_referral(self, life: Life, label: str) -> bool:
        """Ask what became of a referral; whether an answer is on its way."""
        number = life.referred.get(label, 0)
        self.ledger.work["requests"] += 1
        silent = rates.UNANSWERED.value
        if label in life.pending:
            return True
        if life.luck.happens(silent, life.mrn, label, number, "chased", self.today):
            return False
        life.pending.add(label)
        wait = life.luck.between(3, 14, life.mrn, label, number, "meeting")
        self.plan(self.today + timedelta(days=wait), self._answered, life, label)
        return True

    def complete_facts(self, life: Life) -> bool:
        """Ask for what is not known of the risk; whether it came in."""
        facts = life.missing_facts()
        self.ledger.work["requests"] += 1
        chance = rates.FACTS_COMPLETED.value
        if not facts or not life.luck.happens(chance, life.mrn, "facts", self.today):
            return False
        assert life.chart is not None
        life.chart.complete_facts(facts)
        self.records.facts(life, facts, self.today)
        self.settle(life)
        return True

    # ------------------------------------------------------------ what happens

    def settle(self, life: Life, exams: Any = None) -> None:
        """Something became known: what is owed now, and what does that set going?"""
        assert life.chart is not None
        life.owed = self.ledger.settle(life.mrn, life.chart, self.today, exams)
        self._refer(life)
        if not life.imaging():
            life.trip = None
        elif life.trip is None:
            self._set_out(life)

    def _enters(self, life: Life) -> None:
        rows = life.subject.first_rows()
        life.chart = open_chart(rows)
        self.records.enrol(life, rows, self.today)
        for day, status in life.leaves():
            self.plan(day, self._leaves, life, status)
        for months in MONTHS_OF_AGE:
            day = add_months(life.subject.person.born, months)
            if day > self.today:
                self.plan(day, self.settle, life)
        self.settle(life)

    def _set_out(self, life: Life) -> None:
        life.trips += 1
        trip = life.trip = life.chances.begin(life.trips, life.imaging()[0].window)
        if trip.is_ordered:
            self.records.order(life, self.today)
        goes_on = life.chances.comes_alone(trip, self.today + DAY) if life.comes else None
        if goes_on is not None:
            self._go(life, trip, goes_on)
        self.plan(trip.window.target + HALF_YEAR, self._half_year, life, trip, 1)
        if self.programme is not None:
            self.programme.trip_begins(life, trip)

    def _go(self, life: Life, trip: Trip, day: date) -> None:
        """The patient makes an appointment; mostly it becomes known some time before."""
        trip.goes_on = day
        self.plan(day, self._goes, life, trip, day)
        if life.chances.is_told(trip):
            told = day - timedelta(days=rates.BOOKED_AHEAD.value)
            self.plan(told, self._told, life, trip, day)

    def _returned(self, life: Life) -> None:
        life.letter_came_back = life.is_at_another_address
        self.records.returned(life, self.today)

    def _told(self, life: Life, trip: Trip, day: date) -> None:
        if life.trip is trip and trip.goes_on == day and not trip.is_booked and not life.is_gone:
            trip.is_booked = True
            self.records.booking(life, day, self.today)

    def _book(self, life: Life, trip: Trip, day: date) -> None:
        if trip.goes_on is None:
            trip.goes_on = day
            self.plan(day, self._goes, life, trip, day)
        if not trip.is_booked:
            trip.is_booked = True
            self.records.booking(life, day, self.today)

    def _half_year(self, life: Life, trip: Trip, number: int) -> None:
        """Missed so far; now and then somebody comes of himself after all."""
        if life.trip is not trip or trip.is_scanned:
            return
        if trip.goes_on is None and life.comes and life.chances.comes_back(trip, number):
            trip.is_ordered = True
            self._go(life, trip, self.today + DAY)
        self.plan(self.today + HALF_YEAR, self._half_year, life, trip, number + 1)

    def _goes(self, life: Life, trip: Trip, day: date) -> None:
        if life.trip is not trip or trip.goes_on != day or trip.is_scanned or not life.comes:
            return
        if life.chances.is_missed(trip):
            self._misses(life, trip)
            return
        trip.is_scanned = True
        rows = life.subject.exam_rows(day, life.modality_on(day), trip.number)
        arrives = self._feed(life, day + life.chances.report_after(trip))
        self.plan(arrives, self._reported, life, trip, rows)

    def _misses(self, life: Life, trip: Trip) -> None:
        was_booked = trip.is_booked
        trip.goes_on, trip.is_booked = None, False
        trip.missed += 1
        self.ledger.work["missed"] += 1
        if was_booked:
            self.records.missed(life, self.today)

    def _reported(self, life: Life, trip: Trip, rows: list[RegistryRow]) -> None:
        if life.is_gone:
            return
        assert life.chart is not None
        self.ledger.work["exams"] += 1
        exams = life.chart.add_exam(rows)
        self.records.exam(life, rows, self.today)
        if life.trip is trip:
            life.trip = None
        self.settle(life, exams)

    def _refer(self, life: Life) -> None:
        labels = life.labels_owed(ObligationKind.REFERRAL)
        life.sent &= set(labels)
        for label in labels:
            if label in life.sent:
                continue
            life.sent.add(label)
            life.referred[label] = number = life.referred.get(label, 0) + 1
            owed = _referral(life.owed[label])
            if life.luck.happens(
                rates.REFERRAL_ANSWERED.value, life.mrn, label, number, "answered"
            ):
                life.pending.add(label)
                self.plan(owed.window.target, self._answered, life, label)

    def _answered(self, life: Life, label: str) -> None:
        referred = label in life.labels_owed(ObligationKind.REFERRAL)
        life.pending.discard(label)
        if life.is_gone or not referred:
            return
        assert life.chart is not None
        lesion = life.chart.lesions[label]
        if _referral(life.owed[label]).recommendation is RecommendationKind.PAED_EVALUATION:
            life.chart.complete_facts({"torch_evaluated": Tri.YES})
            self.records.facts(life, {"torch_evaluated": Tri.YES}, self.today)
        else:
            outcome = life.decision_on(label)
            told = (*lesion.facts.mdt_decisions, MdtDecision(self.today, outcome, AUTHOR))
            lesion.facts = replace(lesion.facts, mdt_decisions=told)
            lesion.answered = set()
            self.records.decision(life, label, outcome, self.today)
            if outcome is MdtOutcome.TREAT:
                self.plan(self.today + timedelta(days=40), self._treated, life, label)
        life.sent.discard(label)
        self.settle(life)

    def _treated(self, life: Life, label: str) -> None:
        if life.is_gone:
            return
        assert life.chart is not None
        lesion = life.chart.lesions[label]
        lesion.facts = replace(
            lesion.facts, status=LesionStatus.REMOVED_OR_TREATED, status_on=self.today
        )
        lesion.answered = set()
        self.records.treated(life, label, self.today)
        self.settle(life)

    def _leaves(self, life: Life, status: PatientStatus) -> None:
        if life.is_gone:
            return
        assert life.chart is not None
        life.status = status
        life.chart.patient = replace(life.chart.patient, status=status)
        self.records.status(life, self.today)
        if life.trip is not None:
            life.trip.goes_on, life.trip.is_booked = None, False
        self.settle(life)


def _referral(owed: tuple[Obligation, ...]) -> Obligation:
    return next(one for one in owed if one.kind is ObligationKind.REFERRAL)
