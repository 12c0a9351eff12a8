"""One run: the same people with this software, under a Backstop-like programme, with nobody."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from patients.models import Patient
from surveillance.intake.synthetic.words import SITES
from surveillance.simulation.clock import DatabaseClock, database_clock
from surveillance.simulation.faults import Faults, draw_faults
from surveillance.simulation.figures import Figures, records_of
from surveillance.simulation.hospital import noon, open_hospital
from surveillance.simulation.ledger import Ledger
from surveillance.simulation.life import Life
from surveillance.simulation.luck import Luck
from surveillance.simulation.post import Post, WorkerDied, post
from surveillance.simulation.reenact import under_backstop, without_programme
from surveillance.simulation.staffing import Staffing
from surveillance.simulation.subjects import Subject, invent_subjects
from surveillance.simulation.watch import Watch
from surveillance.simulation.work import Team
from surveillance.simulation.world import World
from surveillance.workflows.deliver import deliver
from surveillance.workflows.sweep import sweep

DAY = timedelta(days=1)
YEAR = 365.25
FOUND_WITHIN = 180
"""Days: everybody is found early on, so that nearly all of the time is lived by all."""
BEGINS_ON = date(2026, 1, 1)

Say = Callable[[str], None]


class NotEmpty(Exception):
    """The database holds patients: invented ones never stand among them."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be simulated. `sites`: slugs; empty for all."""

    patients: int
    years: float
    seed: int
    faults: bool = False
    sites: tuple[str, ...] = ()
    begins_on: date = BEGINS_ON

    @property
    def days(self) -> list[date]:
        """Every day of the run."""
        return [self.begins_on + DAY * number for number in range(round(self.years * YEAR))]

    def people(self) -> list[Subject]:
        """Those who take part, as they were before the first day."""
        return invent_subjects(
            patients=self.patients,
            seed=self.seed,
            begins_on=self.begins_on,
            within=max(1, min(FOUND_WITHIN, len(self.days) // 4)),
            sites=self.sites,
        )


def run(
    plan: Plan, say: Say = lambda _line: None, make_beat: "type[Beat] | None" = None
) -> Figures:
    """Live through the plan on the present database, which must hold nobody; all three arms.

    Refused with `NotEmpty` when it holds a patient. `make_beat` is what runs the sweep each day:
    tests put a broken one in.
    """
    if Patient.objects.exists():
        raise NotEmpty("This database holds patients. A simulation needs one of its own.")
    with post() as letterbox, database_clock() as clock:
        programme = _Programme(plan, letterbox, clock, make_beat or Beat)
        programme.live(say)
        figures = programme.figures()
    for name, arm in (("backstop", under_backstop), ("nobody", without_programme)):
        figures["arms"][name] = arm(plan.people(), plan.days).figures()
        say(f"{name}: done")
    return figures


class Beat:
    """What the machine does by itself each day: sweep, then deliver."""

    def __init__(self, faults: Faults, letterbox: Post, clock: DatabaseClock) -> None:
        self.faults, self.letterbox, self.clock = faults, letterbox, clock

    def strike(self, day: date) -> None:
        """One day, with what breaks on it."""
        if day in self.faults.sweep_down:
            return
        self.sweep_and_deliver(day, dies_after=self.faults.worker_dies.get(day))
        if day in self.faults.clock_repeats:
            self.sweep_and_deliver(day - DAY)
        if day in self.faults.beats_twice:
            self.sweep_and_deliver(day)

    def sweep_and_deliver(self, day: date, dies_after: int | None = None) -> None:
        """The two jobs of the scheduler."""
        self.clock.now = noon(day)
        sweep(now=noon(day))
        self.letterbox.dies_after = dies_after
        with suppress(WorkerDied):
            deliver(now=noon(day))
        self.letterbox.dies_after = None


class _Programme:
    """The arm with this software."""

    def __init__(
        self, plan: Plan, letterbox: Post, clock: DatabaseClock, make_beat: type[Beat]
    ) -> None:
        luck, shard = Luck(plan.seed), "+".join(plan.sites)
        self.days, self.clock, self.letterbox = plan.days, clock, letterbox
        self.faults = draw_faults(plan.days, luck, shard) if plan.faults else Faults()
        sites = [site for site in SITES if not plan.sites or site.slug in plan.sites]
        self.hospital = open_hospital(sites, first_day=plan.begins_on)
        self.ledger, self.watch = Ledger(plan.days[-1]), Watch()
        self.world = World(plan.people(), self.ledger, self.hospital, self._arrival)
        self.staffing = [
            Staffing(Team(site, self.hospital, self.world, luck), plan.faults)
            for site in self.hospital.sites.values()
        ]
        self.beat = make_beat(self.faults, letterbox, clock)

    def live(self, say: Say) -> None:
        """Day by day: what happens, who works, what the machine does, and the question."""
        lives = list(self.world.lives.values())
        for day in self.days:
            self.clock.now = noon(day)
            self.world.live(day)
            self._work(day)
            self.beat.strike(day)
            self.watch.look(lives, self.hospital, day)
            if day.day == 1:
                watch = self.watch
                say(f"{day}: {watch.lesion_days:,} lesion-days, {watch.uncovered:,} uncovered")
        self.ledger.close()

    def figures(self) -> Figures:
        """All that was counted."""
        load = Counter[str]()
        for each in self.staffing:
            for (name, monday), done in each.team.load.items():
                load[f"{name} {monday}"] += done
        return {
            "arms": {"software": self.ledger.figures()},
            "watch": asdict(self.watch),
            "load": dict(load),
            "records": records_of(self.letterbox, self.hospital, noon(self.days[-1])),
            "faults": self._broken(),
        }

    def _arrival(self, _life: Life, day: date) -> date:
        return self.faults.arrival(day)

    def _work(self, day: date) -> None:
        for each in self.staffing:
            if not self.hospital.calendars[each.team.site.slug].is_closed(day):
                each.team.work(day, each.absent(day))

    def _broken(self) -> dict[str, int]:
        return self.faults.counts() | {
            "resigned": sum(each.resigned for each in self.staffing),
            "walked_out": sum(each.walked_out for each in self.staffing),
        }
