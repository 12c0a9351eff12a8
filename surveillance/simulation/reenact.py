"""The other arms: the same people under the same draws, without this software.

Nothing is written anywhere; the protocol says what is owed, as it does in the arm with the
software, and the same ledger counts what became of it.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from surveillance.simulation.ledger import Ledger
from surveillance.simulation.life import Life
from surveillance.simulation.records import Records
from surveillance.simulation.subjects import Subject
from surveillance.simulation.trips import Trip
from surveillance.simulation.world import World

ACTS_AFTER = timedelta(days=30)
"""After the target: a Backstop-like programme looks for exams that are a month late."""
WEEK = timedelta(days=7)
LETTER_STEP = 2
STEPS = 7
"""Look, call, letter, and four weekly calls: then the patient counts as informed."""


class Backstop:
    """One month after due: is there an order, a call, a letter a week later, four weekly calls.

    Each step first asks for the order where there is none. A made appointment ends the steps;
    one that is missed does not start them again. See docs/adr/0025.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def trip_begins(self, life: Life, trip: Trip) -> None:
        """Put the exam on the list, to be looked at a month after its target."""
        self._world.plan(trip.window.target + ACTS_AFTER, self._step, life, trip, 0)

    def _step(self, life: Life, trip: Trip, step: int) -> None:
        world = self._world
        if life.trip is not trip or trip.is_scanned or trip.is_booked or life.is_gone:
            return
        if world.ask_for_order(life) and life.trip is trip:
            self._reach_out(life, step)
        if step + 1 < STEPS and not trip.is_booked:
            world.plan(world.today + WEEK, self._step, life, trip, step + 1)

    def _reach_out(self, life: Life, step: int) -> None:
        if step == LETTER_STEP or not life.chances.may_be_called:
            if step <= LETTER_STEP:
                self._world.write_to(life)
        else:
            self._world.call(life)


def without_programme(subjects: Sequence[Subject], days: Sequence[date]) -> Ledger:
    """Nobody tracks anything."""
    return _lived(World(subjects, Ledger(days[-1]), Records()), days)


def under_backstop(subjects: Sequence[Subject], days: Sequence[date]) -> Ledger:
    """A programme that acts a month after the exam was due."""
    world = World(subjects, Ledger(days[-1]), Records())
    world.programme = Backstop(world)
    return _lived(world, days)


def _lived(world: World, days: Sequence[date]) -> Ledger:
    for day in days:
        world.live(day)
    world.ledger.close()
    return world.ledger
