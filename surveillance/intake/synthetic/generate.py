"""The whole registry, row by row: patients in order of their number, each in order of time."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TextIO

from surveillance.intake.synthetic.exams import SyntheticExam, first_day, invent_exams
from surveillance.intake.synthetic.happenings import happenings
from surveillance.intake.synthetic.lesions import (
    CONTRAST,
    SyntheticLesion,
    finding_cells,
    invent_lesion,
    lesion_cells,
)
from surveillance.intake.synthetic.people import Person, chance, invent_person
from surveillance.intake.synthetic.words import SITES, DemoSite

LESIONS = (1,) * 68 + (2,) * 20 + (3,) * 8 + (4,) * 3 + (5,)


@dataclass(frozen=True, slots=True)
class SyntheticRow:
    """One row of the registry file, and the day on which it became known."""

    day: date
    cells: dict[str, str]


def generate(
    *, patients: int, seed: int, as_of: date, sites: Sequence[DemoSite] = SITES
) -> Iterator[SyntheticRow]:
    """Rows about `patients` invented people, as known on the morning of `as_of`: nothing in them
    is of that day or later. Equal arguments give equal rows; memory stays flat.

    A person's story depends on the seed and the person's number only, so that a larger registry
    begins with the people of a smaller one.
    """
    last_day = as_of - timedelta(days=1)
    for number in range(1, patients + 1):
        # Not a secret: the same seed must tell the same story.
        rng = Random(f"hepcalc:{seed}:{number}")  # noqa: S311
        site = rng.choices(sites, weights=[site.share for site in sites])[0]
        person = invent_person(rng, number, site, last_day)
        yield from sorted(_story(rng, person, last_day), key=lambda row: row.day)


def write_registry(rows: Iterable[SyntheticRow], names: Sequence[str], file: TextIO) -> int:
    """Write the rows as a registry file with these columns; returns their number."""
    writer = csv.DictWriter(file, names, restval="", lineterminator="\r\n")
    writer.writeheader()
    count = 0
    for row in rows:
        writer.writerow(row.cells)
        count += 1
    return count


def _story(rng: Random, person: Person, last_day: date) -> Iterator[SyntheticRow]:
    began = first_day(rng, last_day, person.born)
    lesions = [invent_lesion(rng, person, "L1", began)]
    exams = list(invent_exams(rng, person, lesions[0], last_day))
    for number in range(2, rng.choice(LESIONS) + 1):
        seen_first = [exam.day for exam in exams[1:] if exam.modality in CONTRAST]
        since = seen_first[0] if seen_first and chance(rng, 25) else began
        lesions.append(invent_lesion(rng, person, f"L{number}", since))
    risk = _risk_over_time(rng, person, exams, last_day)
    for exam in exams:
        for lesion in lesions:
            if lesion.since <= exam.day:
                facts = risk.pop(exam.day, {})
                yield SyntheticRow(exam.day, _row(rng, person, lesion, exam, facts))
    for day, cells in happenings(rng, person, lesions, exams, last_day):
        yield SyntheticRow(day, person.cells | cells)


def _row(
    rng: Random,
    person: Person,
    lesion: SyntheticLesion,
    exam: SyntheticExam,
    facts: dict[str, str],
) -> dict[str, str]:
    found = finding_cells(rng, lesion, person, exam.modality, exam.day)
    cells = person.cells | facts | lesion_cells(lesion) | exam.cells | found
    cells["adequate"] = exam.adequate
    if facts:
        cells["risk_effective_on"] = exam.day.isoformat()
    return cells


def _risk_over_time(
    rng: Random, person: Person, exams: Sequence[SyntheticExam], last_day: date
) -> dict[date, dict[str, str]]:
    """What is known of the risk at the first exam, and what is learned at a later one."""
    risk = {exams[0].day: dict(person.facts)}
    later = [exam.day for exam in exams[1:] if exam.day > exams[0].day]
    if later and not person.is_child and person.risk == "low" and chance(rng, 4):
        risk[rng.choice(later)] = {
            rng.choice(("cirrhosis", "chronic_hbv", "extrahepatic_malignancy")): "yes"
        }
    if person.pregnant_until and last_day - exams[-1].day < timedelta(days=200):
        risk[exams[-1].day] = risk.get(exams[-1].day, {}) | {
            "pregnant": "yes",
            "expected_delivery_on": person.pregnant_until.isoformat(),
        }
    if person.is_child:
        risk[exams[-1].day] = risk.get(exams[-1].day, {}) | _childhood(rng)
    return risk


def _childhood(rng: Random) -> dict[str, str]:
    facts = {"torch_evaluated": "yes" if chance(rng, 82) else "unknown"}
    return facts | {"cardiac_failure_signs": "yes" if chance(rng, 3) else "no"}
