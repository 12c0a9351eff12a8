"""The way of one patient to the scanner, once an exam is owed: what chance decides about it.

Trip `number` of a patient meets the same luck in every arm. Nothing here acts: it answers what
comes of an act.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from patients.models import Tri
from surveillance.protocol.recommendation import Window
from surveillance.simulation import rates
from surveillance.simulation.subjects import Subject

SLOT_LEAST, SLOT_MOST = (rate.value for rate in rates.SLOT_WAIT)


class Reply(StrEnum):
    """What comes of a call. The names are those of the contact log."""

    AGREED = "AGREED"
    CALL_BACK = "CALL_BACK"
    NO_ANSWER = "NO_ANSWER"
    WRONG_NUMBER = "WRONG_NUMBER"
    DECLINED = "DECLINED"

    @property
    def is_spoken(self) -> bool:
        """Whether the patient was spoken to."""
        return self not in (Reply.NO_ANSWER, Reply.WRONG_NUMBER)


@dataclass
class Trip:
    """One way to the scanner. `goes_on` is known to the patient; `is_booked`: to the staff, too.

    `is_promised`: the appointment was made because somebody asked, and may be missed; who comes
    of his own accord is counted among those who came.
    """

    number: int
    window: Window
    is_ordered: bool = False
    goes_on: date | None = None
    is_booked: bool = False
    is_promised: bool = False
    is_scanned: bool = False
    calls: int = 0
    letters: int = 0
    requests: int = 0
    missed: int = 0


class Chances:
    """What chance says of one patient's trips."""

    def __init__(self, subject: Subject) -> None:
        self._luck, self._mrn = subject.luck, subject.mrn
        cells = subject.person.cells
        self.may_be_called = bool(cells.get("phone")) and cells["consent_phone"] != Tri.NO.lower()
        self.is_at_another_address = self._luck.happens(
            rates.LETTER_RETURNED.value, self._mrn, "address"
        )
        self._never_reached = self._luck.happens(rates.NEVER_REACHED.value, self._mrn, "unreached")

    def begin(self, number: int, window: Window) -> Trip:
        """A new trip, as far as an order goes."""
        ordered = self._luck.happens(rates.ordered(), self._mrn, number, "ordered")
        return Trip(number, window, is_ordered=ordered)

    def comes_alone(self, trip: Trip, today: date) -> date | None:
        """The day on which the patient comes without being asked, if at all."""
        key = self._mrn, trip.number
        if not trip.is_ordered or not self._luck.happens(rates.comes_if_ordered(), *key, "comes"):
            return None
        length = (trip.window.latest - trip.window.earliest).days
        spread = self._luck.of(*key, "when") / rates.ON_TIME_UNTRACKED.value
        return max(today, trip.window.earliest + timedelta(days=round(length * spread)))

    def comes_back(self, trip: Trip, half_year: int) -> bool:
        """Whether a missed exam is made up for in that further half-year, nobody asking."""
        return self._luck.happens(rates.RETURNS.value, self._mrn, trip.number, "returns", half_year)

    def is_told(self, trip: Trip) -> bool:
        """Whether an appointment that the patient made becomes known beforehand."""
        return self._luck.happens(rates.BOOKING_TOLD.value, self._mrn, trip.number, "told")

    def is_missed(self, trip: Trip) -> bool:
        """Whether a promised appointment is not kept."""
        chance = rates.DID_NOT_ATTEND.value if trip.is_promised else 0.0
        return self._luck.happens(chance, self._mrn, trip.number, "absent", trip.missed)

    def is_answered(self, trip: Trip) -> bool:
        """Whether the clinician answers this request for an order."""
        trip.requests += 1
        silent = rates.UNANSWERED.value
        return not self._luck.happens(silent, self._mrn, trip.number, "request", trip.requests)

    def is_indicated(self, trip: Trip) -> bool:
        """Whether a clinician who looks at the overdue exam still wants it."""
        return not self._luck.happens(
            rates.NOT_INDICATED.value, self._mrn, trip.number, "indicated"
        )

    def call(self, trip: Trip) -> Reply:
        """What comes of one more call."""
        trip.calls += 1
        key = self._mrn, trip.number, trip.calls
        if self._luck.happens(rates.WRONG_NUMBER.value, *key, "number"):
            return Reply.WRONG_NUMBER
        reached = self._luck.happens(rates.REACHED_BY_PHONE.value, *key, "reached")
        if self._never_reached or not reached:
            return Reply.NO_ANSWER
        agrees = self._luck.happens(rates.agrees_when_reached(), *key, "agrees")
        return Reply.AGREED if agrees else Reply.CALL_BACK

    def letter_brings(self, trip: Trip) -> bool:
        """Whether a letter makes the patient book. Whom the first does not bring, none brings."""
        trip.letters += 1
        return self._luck.happens(rates.letter_brings(), self._mrn, trip.number, "letter")

    def slot(self, trip: Trip, today: date) -> date:
        """The day of an appointment asked for today: not before the window opens."""
        made = trip.calls + trip.letters + trip.missed
        wait = self._luck.between(SLOT_LEAST, SLOT_MOST, self._mrn, trip.number, "slot", made)
        return max(today + timedelta(days=wait), trip.window.earliest)

    def report_after(self, trip: Trip) -> timedelta:
        """From the exam to its report."""
        most = rates.REPORT_DELAY.value
        return timedelta(days=self._luck.between(0, most, self._mrn, trip.number, "report"))
