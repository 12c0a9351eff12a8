"""Draws by name, the ledger, the arms without the software: pure, no database."""

from datetime import date, timedelta

import pytest

from surveillance.protocol.terms import Modality
from surveillance.simulation import rates
from surveillance.simulation.faults import draw_faults
from surveillance.simulation.luck import Luck
from surveillance.simulation.reenact import under_backstop, without_programme
from surveillance.simulation.subjects import Subject, invent_subjects
from tests.architecture.sources import ROOT

BEGINS_ON = date(2026, 1, 1)
DAYS = [BEGINS_ON + timedelta(days=number) for number in range(550)]
DRAWS = 4000


def people(patients: int = 25, seed: int = 7, sites: tuple[str, ...] = ()) -> list[Subject]:
    return invent_subjects(patients=patients, seed=seed, begins_on=BEGINS_ON, sites=sites)


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


def test_a_site_alone_holds_the_people_whom_it_has_among_all() -> None:
    alone = [one.mrn for one in people(sites=("riverside",))]

    assert alone == [one.mrn for one in people() if one.site.slug == "riverside"]
    assert alone


def test_the_same_exam_number_shows_the_same_whenever_it_is_done() -> None:
    subject = people(1)[0]
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
    first, second = (under_backstop(people(12), DAYS[:300]).figures() for _ in range(2))

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
