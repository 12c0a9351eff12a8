"""Exams over the years: the first that found something, the one that characterised it, and then
those that were due, kept, put off, limited, done elsewhere, or missed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from surveillance.intake.synthetic.lesions import CONTRAST, SyntheticLesion
from surveillance.intake.synthetic.people import Person, chance, pick
from surveillance.intake.synthetic.words import RADIOLOGISTS

FIRST = {
    "US": 46, "CT_NONCONTRAST": 17, "CT_SINGLE_PHASE": 24, "MRI_NONCONTRAST": 5, "CT_MULTIPHASE": 8
}  # fmt: skip
LONGEST = 14


@dataclass(frozen=True, slots=True)
class SyntheticExam:
    """One exam; `cells` are repeated in the row of each lesion that it looked at."""

    day: date
    modality: str
    adequate: str
    cells: dict[str, str] = field(default_factory=dict)

    @property
    def is_limited(self) -> bool:
        """Whether it settles nothing."""
        return self.adequate == "no" or self.cells.get("vis") == "C"


def first_day(rng: Random, as_of: date, born: date) -> date:
    """When it all began: between three weeks and about five years ago, more often lately."""
    ago = 20 + int(1850 * rng.betavariate(1.0, 1.9))
    return max(as_of - timedelta(days=ago), born + timedelta(days=7))


def invent_exams(
    rng: Random, person: Person, lesion: SyntheticLesion, as_of: date
) -> Iterator[SyntheticExam]:
    """The exams of a person whose most telling lesion is `lesion`, in order, none after `as_of`."""
    day, number = lesion.since, 0
    modality = "US" if person.is_child else pick(rng, FIRST)
    while day <= as_of and number < LONGEST:
        exam = invent_exam(rng, person, day, modality, number)
        yield exam
        number += 1
        gap = _gap(rng, person, lesion, number)
        if gap is None:
            return
        if exam.is_limited and person.habit == "punctual":
            gap = min(gap, rng.randint(20, 75))  # somebody saw to it that it was done again
        day += timedelta(days=gap)
        if not (exam.is_limited and modality in CONTRAST):
            modality = _next_modality(rng, person, lesion, number)


def _gap(rng: Random, person: Person, lesion: SyntheticLesion, number: int) -> int | None:
    """Days to the next exam; None when there is none."""
    if _is_done(rng, person, lesion, number):
        return None
    if person.habit == "lost" and chance(rng, 45):
        return None
    late = {
        "punctual": rng.randint(-12, 14), "late": rng.randint(10, 55),
        "erratic": rng.choice((-20, 5, 40, 120)), "lost": rng.randint(0, 60),
    }[person.habit]  # fmt: skip
    if number == 1:
        return max(6, int(rng.expovariate(1 / 20)) + 8 + max(late, 0) // 2)
    due = 122 if person.is_elevated and number <= 3 and chance(rng, 35) else 166
    return max(25, due + late)


def _is_done(rng: Random, person: Person, lesion: SyntheticLesion, number: int) -> bool:
    """Whether nobody expects another exam: closed at low risk, or handed over to treatment."""
    if person.is_child or person.is_elevated:
        return lesion.story in {"hcc", "metastasis"} and number >= 3
    if person.has_cancer and number < 3:
        return False
    if lesion.story == "isolated" and number == 1:
        return chance(rng, 72)
    limits = {
        "isolated": 2, "isolated_unsure": 2, "hemangioma": 2, "simple_cyst": 2, "small_nodule": 3,
        "probably_benign": 3, "mcn": 2, "metastasis": 3, "complex_cyst": 4,
    }  # fmt: skip
    return number >= limits.get(lesion.story, 6)


def _next_modality(rng: Random, person: Person, lesion: SyntheticLesion, number: int) -> str:
    if person.is_child:
        mass = lesion.story != "isolated" or person.is_elevated or person.has_cancer
        return "MRI_EXTRACELLULAR" if mass and number == 1 else "US"
    if number == 1:
        return contrast_modality(rng, person)
    if lesion.first_mm < 9 or chance(rng, 2):
        return "US"
    return contrast_modality(rng, person)


def contrast_modality(rng: Random, person: Person) -> str:
    """A contrast study that nothing about the person forbids."""
    blocked = person.contraindications
    no_mri = "MRI_DEVICE" in blocked or "GADOLINIUM" in blocked
    no_ct = "IODINATED" in blocked or "EGFR" in blocked
    if no_mri:
        return "CEUS" if no_ct else "CT_MULTIPHASE"
    if no_ct:
        return "MRI_EXTRACELLULAR"
    if person.has_cancer and not chance(rng, 9):
        return "MRI_HEPATOBILIARY"
    return pick(rng, {"MRI_HEPATOBILIARY": 42, "MRI_EXTRACELLULAR": 27, "CT_MULTIPHASE": 31})


def invent_exam(
    rng: Random, person: Person, day: date, modality: str, number: int
) -> SyntheticExam:
    """Exam `number` (from 0) of a person on that day: how it went, not what it showed."""
    external = number > 0 and chance(rng, 7)
    cells = {
        "accession": f"{person.cells['mrn']}-{day:%y%m%d}-{number}",
        "performed_on": day.isoformat(),
        "modality": modality,
        "whole_liver": "no" if chance(rng, 2) else "yes",
        "report_status": "FINAL",
        "reporter": rng.choice(RADIOLOGISTS),
        "external": "yes" if external else "no",
    }
    if external:
        cells["evidence"] = f"Outside report on file, reference OUT-{rng.randint(10000, 99999)}"
    if modality == "US":
        cells["vis"] = pick(rng, {"A": 60, "B": 28, "C": 12})
    if chance(rng, 2):
        cells["report_text"] = "Synthetic report.\nFindings as in the columns of this row."
    return SyntheticExam(day, modality, "no" if chance(rng, 1.5) else "yes", cells)
