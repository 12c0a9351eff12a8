"""Draws by name, the ledger, the arms without the software: pure, no database."""

from datetime import date, timedelta

import pytest

from surveillance.protocol.terms import Modality
from surveillance.simulation import rates
from surveillance.simulation.faults import draw_faults
from surveillance.simulation.ledger import Ledger
from surveillance.simulation.life import Life
from surveillance.simulation.luck import Luck
from surveillance.simulation.records import Records
from surveillance.simulation.reenact import under_backstop, without_programme
from surveillance.simulation.subjects import Clinic, Subject, invent_subjects
from surveillance.simulation.trips import Trip
from surveillance.simulation.world import World
from tests.architecture.sources import ROOT

BEGINS_ON = date(2026, 1, 1)
DAYS = [BEGINS_ON + timedelta(days=number) for number in range(550)]
DRAWS = 4000
NORTHGATE = Clinic("northgate")


def people(patients: int = 60, seed: int = 7, clinic: Clinic = NORTHGATE) -> list[Subject]:
    return invent_subjects(patients=patients, seed=seed, begins_on=BEGINS_ON, clinic=clinic)


def test_draws_depend_on_seed_and_name_alone() -> None:
    first, again, other = Luck(1), Luck(1), Luck(2)

    later = [again.of("x"), again.of("MRN", 3, "call", 1)]

    assert first.of("MRN", 3, "call", 1) == later[1]
    assert first.of("MRN", 3, "call", 1) != other.of("MRN", 3, "call", 1)
    assert first.of("MRN", 3, "call", 1) != first.of("MRN", 3, "call", 2)


def test_draws_happen_as_often_as_their_chance_says() -> None:
    luck = Luck(11)

    happened = sum(luck.happens(0.325, "call", number) for number in range(DRAWS))

    assert happened / DRAWS == pytest.approx(0.325, abs=0.03)
    assert {luck.between(1, 3, number) for number in range(100)} == {1, 2, 3}


def test_a_person_is_the_same_whichever_team_looks_after_them() -> None:
    site = {one.number: one.person.cells for one in people()}
    teams = [people(clinic=Clinic("northgate", number, 2)) for number in (1, 2)]

    assert {one.number: one.person.cells for team in teams for one in team} == site
    assert abs(len(teams[0]) - len(teams[1])) <= 1


def test_a_letter_to_another_address_brings_nobody_until_a_call_puts_it_right() -> None:
    [subject, *_] = people()
    records = Told()
    world = World([subject], Ledger(DAYS[-1]), records)
    life = world.lives[subject.mrn]
    life.is_at_another_address = True
    for day in DAYS[:200]:
        world.live(day)

    arrived = world.write_to(life)
    world.live(DAYS[230])
    came_back = life.letter_came_back
    life.trip = life.trip or Trip(1, life.imaging()[0].window)
    while life.letter_came_back:
        world.call(life)

    assert (arrived, came_back) == (False, True)
    assert records.told == ["returned", "address"]
    assert world.write_to(life)


class Told(Records):
    """Remembers what became known of letters."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def returned(self, life: Life, day: date) -> None:
        self.told.append("returned")

    def address(self, life: Life, day: date) -> None:
        self.told.append("address")


def test_the_same_exam_number_shows_the_same_whenever_it_is_done() -> None:
    subject = people()[0]
    modality = subject.exam_rows(DAYS[200], Modality.US, 2)[0].exam["modality"]

    [early, *_], [late, *_] = (
        subject.exam_rows(day, Modality.US, 2) for day in (DAYS[200], DAYS[260])
    )

    assert (early.exam["modality"], early.exam.get("vis")) == (modality, late.exam.get("vis"))


def test_a_programme_gets_more_exams_done_than_nobody_does() -> None:
    nobody, backstop = without_programme(people(), DAYS), under_backstop(people(), DAYS)

    assert nobody.work["calls"] == 0
    assert backstop.work["calls"] > 0
    assert backstop.done.total() > nobody.done.total() > 0
    assert backstop.on_time.total() <= backstop.done.total() <= backstop.counted.total()


def test_an_arm_gives_the_same_figures_twice() -> None:
    first, second = (under_backstop(people(25), DAYS[:300]).figures() for _ in range(2))

    assert first == second


def test_derived_rates_follow_from_the_published_ones() -> None:
    assert rates.ordered() * rates.comes_if_ordered() == pytest.approx(
        rates.COMPLETED_UNTRACKED.value
    )
    assert rates.agrees_when_reached() > rates.COMPLETED_UNTRACKED.value
    assert 0 < rates.letter_brings() < rates.LETTER_COMPLETED.value


def test_every_rate_names_its_source_and_stands_in_the_documentation() -> None:
    page = (ROOT / "docs" / "simulation.md").read_text(encoding="utf-8")

    assert all(rate.source and rate.note and rate.unit for rate in rates.all_rates())
    assert not [rate.key for rate in rates.all_rates() if rate.row not in page]


def test_faults_are_drawn_from_the_seed_alone() -> None:
    first, again = (draw_faults(DAYS, Luck(7), "north") for _ in range(2))

    assert first == again
    assert all(first.counts().values())
    assert first.arrival(min(first.feed_quiet)) not in first.feed_quiet
