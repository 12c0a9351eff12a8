"""Who takes part: invented people with their lesions, and the day on which each is found."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from random import Random

from surveillance.intake.csv_registry.parsing import RowReader
from surveillance.intake.csv_registry.values import DateFormat
from surveillance.intake.demonstration.rows import HEADER, read_row
from surveillance.intake.synthetic.exams import FIRST, contrast_modality, invent_exam
from surveillance.intake.synthetic.generate import LESIONS
from surveillance.intake.synthetic.lesions import (
    SyntheticLesion,
    finding_cells,
    invent_lesion,
    lesion_cells,
)
from surveillance.intake.synthetic.people import Person, invent_person, pick
from surveillance.intake.synthetic.words import SITES, DemoSite
from surveillance.protocol.terms import Modality
from surveillance.registry.rows import RegistryRow
from surveillance.simulation import rates
from surveillance.simulation.luck import Luck

LATEST = date.max

Cells = dict[str, str]


@dataclass
class Subject:
    """One invented person. `mrn` is unique over all sites."""

    number: int
    site: DemoSite
    person: Person
    lesions: tuple[SyntheticLesion, ...]
    enters_on: date
    luck: Luck = field(repr=False)

    @property
    def mrn(self) -> str:
        """The record number."""
        return self.person.cells["mrn"]

    def first_rows(self) -> list[RegistryRow]:
        """The exam that found the lesions, as rows of a registry, with what is known of the
        person."""
        modality = "US" if self.person.is_child else pick(self.luck.dice(self.mrn, "first"), FIRST)
        rows = self._exam_cells(self.enters_on, modality, 0)
        facts = dict(self.person.facts) | {"risk_effective_on": self.enters_on.isoformat()}
        return [self._row(self.person.cells | lesion | exam | facts) for lesion, exam in rows]

    def exam_rows(self, day: date, modality: Modality, number: int) -> list[RegistryRow]:
        """What exam `number` on `day` shows of each lesion; the same number, the same luck."""
        rows = self._exam_cells(day, self._possible(modality, number), number)
        keys = {"site": self.site.slug, "mrn": self.mrn}
        return [self._row(keys | lesion | exam) for lesion, exam in rows]

    def _possible(self, modality: Modality, number: int) -> str:
        """Either contrast MRI was advised: one of them is done."""
        if modality is not Modality.MRI_CONTRAST:
            return modality.value
        found = contrast_modality(self.luck.dice(self.mrn, "contrast", number), self.person)
        return found if found.startswith("MRI") else Modality.MRI_EXTRACELLULAR.value

    def _exam_cells(self, day: date, modality: str, number: int) -> list[tuple[Cells, Cells]]:
        rng = self.luck.dice(self.mrn, "exam", number)
        exam = invent_exam(rng, self.person, day, modality, number)
        cells = exam.cells | {"adequate": exam.adequate}
        if modality == "US":
            cells["vis"] = self._visualisation(number)
        return [
            (lesion_cells(one), cells | finding_cells(rng, one, self.person, modality, day))
            for one in self.lesions
        ]

    def _visualisation(self, number: int) -> str:
        draw = self.luck.of(self.mrn, "visualisation", number)
        if draw >= rates.LIMITED.value:
            return "A"
        return "C" if draw < rates.LIMITED.value * rates.SEVERELY_LIMITED.value else "B"

    def _row(self, cells: Cells) -> RegistryRow:
        return read_row(self._reader, 2, cells)

    @cached_property
    def _reader(self) -> RowReader:
        return RowReader(HEADER, DateFormat(), {self.site.slug: LATEST})


@dataclass(frozen=True, slots=True)
class Clinic:
    """The people of one site (`slug`) whom one team looks after: share `number` of `of`."""

    slug: str
    number: int = 1
    of: int = 1

    @property
    def label(self) -> str:
        """A name for the team and its records."""
        return self.slug if self.of == 1 else f"{self.slug}-{self.number}"

    @property
    def site(self) -> DemoSite:
        """The site to which they come."""
        return next(site for site in SITES if site.slug == self.slug)


def clinics_for(patients: int, seed: int) -> list[Clinic]:
    """Every clinic that people 1 to `patients` come to, the one with most of them first.

    A site with more people than one team looks after has several teams, as equal as can be.
    """
    luck, most = Luck(seed), int(rates.PATIENTS_OF_A_TEAM.value)
    people = Counter(_site_of(_dice(number, luck)).slug for number in range(1, patients + 1))
    found = [
        (-(many // of), Clinic(slug, number, of))
        for slug, many in people.items()
        for of in (-(-many // most),)
        for number in range(1, of + 1)
    ]
    return [clinic for _size, clinic in sorted(found, key=lambda one: (one[0], one[1].label))]


def invent_subjects(
    *, patients: int, seed: int, begins_on: date, clinic: Clinic, within: int = 180
) -> list[Subject]:
    """Of people 1 to `patients` those of the clinic, all found `within` so many days. A person's
    story depends on the seed and the number alone."""
    luck = Luck(seed)
    here = [
        number for number in range(1, patients + 1) if _site_of(_dice(number, luck)) == clinic.site
    ]
    share = here[clinic.number - 1 :: clinic.of]
    return [_invent(number, luck, begins_on, within) for number in share]


def _dice(number: int, luck: Luck) -> Random:
    return luck.dice("person", number)


def _site_of(rng: Random) -> DemoSite:
    """The first draw about a person."""
    return rng.choices(SITES, weights=[site.share for site in SITES])[0]


def _invent(number: int, luck: Luck, begins_on: date, within: int) -> Subject:
    rng = _dice(number, luck)
    site = _site_of(rng)
    person = invent_person(rng, number, site, begins_on)
    person.cells["birth_date"] = person.born.isoformat()
    enters_on = begins_on + timedelta(days=rng.randrange(within))
    count = rng.choice(LESIONS)
    lesions = [invent_lesion(rng, person, f"L{k}", enters_on) for k in range(1, count + 1)]
    return Subject(number, site, person, tuple(lesions), enters_on, luck)
