"""One clinic over years: the same people with this software, under a Backstop-like programme, with
nobody."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from patients.models import Patient
from surveillance.simulation.clock import DatabaseClock, database_clock
from surveillance.simulation.faults import Faults, draw_faults
from surveillance.simulation.figures import Figures, records_of
from surveillance.simulation.hospital import Hospital, open_hospital
from surveillance.simulation.ledger import Ledger
from surveillance.simulation.life import Life
from surveillance.simulation.luck import Luck
from surveillance.simulation.messages import messages_of
from surveillance.simulation.post import Post, WorkerDied, post
from surveillance.simulation.reenact import under_backstop, without_programme
from surveillance.simulation.staffing import Staffing
from surveillance.simulation.subjects import Clinic, Subject, invent_subjects
from surveillance.simulation.watch import Watch
from surveillance.simulation.work import Team
from surveillance.simulation.world import World
from surveillance.workflows.deliver import deliver
from surveillance.workflows.sweep import sweep

DAY = timedelta(days=1)
YEAR = 365.25
FOUND_WITHIN = 180
"""Days: everybody is found early on, so that nearly all of the time is lived by all."""
MORNING = timedelta(hours=2, minutes=30)
"""Before noon: messages to patients may leave, and digests have."""
BEGINS_ON = date(2026, 1, 1)

Say = Callable[[str], None]


class NotEmpty(Exception):
    """The database holds patients: invented ones never stand among them."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be simulated."""

    patients: int
    years: float
    seed: int
    faults: bool = False
    begins_on: date = BEGINS_ON

    @property
    def days(self) -> list[date]:
        """Every day of the run."""
        return [self.begins_on + DAY * number for number in range(round(self.years * YEAR))]

    def people(self, clinic: Clinic) -> list[Subject]:
        """Those of the clinic who take part, as they were before the first day."""
        return invent_subjects(
            patients=self.patients,
            seed=self.seed,
            begins_on=self.begins_on,
            within=max(1, min(FOUND_WITHIN, len(self.days) // 4)),
            clinic=clinic,
        )


def run(
    plan: Plan,
    clinic: Clinic,
    say: Say = lambda _line: None,
    make_beat: "type[Beat] | None" = None,
) -> Figures:
    """Live through the plan at one clinic on the present database, which must hold nobody; all
    three arms.

    Refused with `NotEmpty` when it holds a patient. `make_beat` is what runs the sweep each day:
    tests put a broken one in.
    """
    if Patient.objects.exists():
        raise NotEmpty("This database holds patients. A simulation needs one of its own.")
    people = plan.people(clinic)
    with post() as letterbox, database_clock() as clock:
        programme = _Programme(plan, clinic, people)
        beat = (make_beat or Beat)(programme.faults, letterbox, clock, programme.hospital)
        programme.live(beat, say)
        figures = programme.figures(letterbox)
    for name, arm in (("backstop", under_backstop), ("nobody", without_programme)):
        figures["arms"][name] = arm(people, plan.days).figures()
    return figures


class Beat:
    """What the machine does by itself each day: it delivers in the morning what may leave by then
    (digests, reminders to patients), and at noon, the staff having worked, sweeps and delivers."""

    def __init__(
        self, faults: Faults, letterbox: Post, clock: DatabaseClock, hospital: Hospital
    ) -> None:
        self.faults, self.letterbox, self.clock = faults, letterbox, clock
        self.noon = hospital.noon

    def wake(self, day: date) -> None:
        """The morning of a day."""
        if day not in self.faults.sweep_down:
            self.clock.now = self.noon(day) - MORNING
            deliver(now=self.clock.now)

    def strike(self, day: date) -> None:
        """The noon of a day, with what breaks on it."""
        if day in self.faults.sweep_down:
            return
        self.sweep_and_deliver(day, dies_after=self.faults.worker_dies.get(day))
        if day in self.faults.clock_repeats:
            self.sweep_and_deliver(day - DAY)
        if day in self.faults.beats_twice:
            self.sweep_and_deliver(day)

    def sweep_and_deliver(self, day: date, dies_after: int | None = None) -> None:
        """The two jobs of the scheduler."""
        now = self.clock.now = self.noon(day)
        sweep(now=now)
        self.letterbox.dies_after = dies_after
        with suppress(WorkerDied):
            deliver(now=now)
        self.letterbox.dies_after = None


class _Programme:
    """The arm with this software."""

    def __init__(self, plan: Plan, clinic: Clinic, people: Sequence[Subject]) -> None:
        luck = Luck(plan.seed)
        self.days = plan.days
        self.faults = draw_faults(plan.days, luck, clinic.label) if plan.faults else Faults()
        self.hospital = open_hospital(clinic, first_day=plan.begins_on)
        self.ledger, self.watch = Ledger(plan.days[-1]), Watch()
        self.world = World(people, self.ledger, self.hospital, self._arrival)
        self.team = Team(self.hospital, self.world, luck)
        self.staffing = Staffing(self.hospital, luck, plan.faults)

    def live(self, beat: "Beat", say: Say) -> None:
        """Day by day: what happens, who works, what the machine does, and the question."""
        lives = list(self.world.lives.values())
        for day in self.days:
            beat.wake(day)
            beat.clock.now = self.hospital.noon(day)
            self.world.live(day)
            if not self.hospital.calendar.is_closed(day):
                self.team.work(day, self.staffing.absent(day))
            beat.strike(day)
            self.watch.look(lives, self.hospital, day)
            if day.day == 1:
                watch = self.watch
                say(f"{day}: {watch.lesion_days:,} lesion-days, {watch.uncovered:,} uncovered")
        self.ledger.close()

    def figures(self, letterbox: Post) -> Figures:
        """All that was counted."""
        now = self.hospital.noon(self.days[-1])
        return {
            "arms": {"software": self.ledger.figures()},
            "watch": asdict(self.watch),
            "load": {f"{name} {monday}": done for (name, monday), done in self.team.load.items()},
            "records": records_of(letterbox, self.hospital, now),
            "messages": messages_of(now),
            "staff": {
                name: getattr(self.staffing, name)
                for name in ("absences", "back_early", "resigned", "walked_out")
            },
            "faults": self.faults.counts(),
        }

    def _arrival(self, _life: Life, day: date) -> date:
        return self.faults.arrival(day)
