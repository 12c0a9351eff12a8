"""What happens besides exams: blood tests, biopsies, decisions, treatment, and people leaving."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from surveillance.intake.synthetic.exams import SyntheticExam
from surveillance.intake.synthetic.lesions import CONTRAST, SyntheticLesion, lesion_cells
from surveillance.intake.synthetic.people import Person, chance, pick
from surveillance.intake.synthetic.words import CLINICIANS

Happening = tuple[date, dict[str, str]]

STATUSES = {
    "ACTIVE": 905, "DECEASED": 26, "TRANSFERRED_ACKNOWLEDGED": 16,
    "TRANSFERRED_UNACKNOWLEDGED": 11, "DECLINED": 24, "LOST_TO_FOLLOW_UP": 18,
}  # fmt: skip
REASONS = {
    "DECEASED": "Reported by the practice (synthetic)",
    "TRANSFERRED_ACKNOWLEDGED": "Receiving centre confirmed in writing (synthetic)",
    "TRANSFERRED_UNACKNOWLEDGED": "Moved; receiving centre has not answered (synthetic)",
    "DECLINED": "Told of the risk by telephone, declined further imaging (synthetic)",
    "LOST_TO_FOLLOW_UP": "No answer by phone and letter (synthetic)",
}
DANGEROUS = ("hcc", "metastasis", "growing", "mcn", "hydatid", "complex_cyst")
CHILD_DANGEROUS = ("small_nodule", "large_nodule")


def happenings(
    rng: Random,
    person: Person,
    lesions: Sequence[SyntheticLesion],
    exams: Sequence[SyntheticExam],
    as_of: date,
) -> Iterator[Happening]:
    """Dated cells of further rows of this person, none after `as_of`."""
    every = [
        *_completion(rng, person, exams),
        *_blood(rng, person, exams),
        *_decisions(rng, person, lesions[0], exams),
        *_waiver(rng, person, lesions[0], exams),
        *_leaving(rng, exams, as_of),
    ]
    yield from (one for one in every if one[0] <= as_of)


def _completion(rng: Random, person: Person, exams: Sequence[SyntheticExam]) -> Iterator[Happening]:
    """What was not known of the risk is asked for, and mostly answered."""
    good = {"normal_liver_function": "yes", "normal_liver_parenchyma": "yes"}
    unknown = [name for name, value in person.facts.items() if value in {"", "unknown"}]
    if unknown and chance(rng, 78):
        day = exams[0].day + timedelta(days=rng.randint(5, 20))
        facts = {name: good.get(name, "no") for name in unknown}
        yield day, facts | {"risk_effective_on": day.isoformat()}


def _blood(rng: Random, person: Person, exams: Sequence[SyntheticExam]) -> Iterator[Happening]:
    if not person.is_elevated or person.is_child:
        return
    for exam in exams:
        if chance(rng, 55):
            high = chance(rng, 0.7)
            value = rng.uniform(21, 380) if high else min(rng.lognormvariate(1.4, 0.5), 19)
            day = exam.day + timedelta(days=rng.randint(0, 6))
            cells = {"afp_on": day.isoformat(), "afp_ng_ml": f"{value:.1f}"}
            yield day, cells | ({"afp_rising": "yes"} if high and chance(rng, 50) else {})


def _decisions(
    rng: Random, person: Person, lesion: SyntheticLesion, exams: Sequence[SyntheticExam]
) -> Iterator[Happening]:
    shown = [exam for exam in exams if exam.modality in CONTRAST or person.is_child]
    if lesion.story not in (CHILD_DANGEROUS if person.is_child else DANGEROUS) or not shown:
        return
    about = {name: value for name, value in lesion_cells(lesion).items() if name == "lesion_label"}
    day = shown[-1].day + timedelta(days=rng.randint(6, 24))
    if chance(rng, 92):
        outcome = pick(rng, _outcomes(lesion))
        yield day, about | {
            "mdt_outcome": outcome, "mdt_on": day.isoformat(), "mdt_author": rng.choice(CLINICIANS)
        }  # fmt: skip
        if outcome in {"TREAT", "SURGERY"} and chance(rng, 88):
            treated = day + timedelta(days=rng.randint(15, 60))
            yield treated, about | {
                "treatment": "REMOVED" if outcome == "SURGERY" else "TREATED",
                "treated_on": treated.isoformat(), "treated_by": rng.choice(CLINICIANS),
            }  # fmt: skip
    if lesion.story in {"growing", "metastasis", "hcc"} and chance(rng, 32):
        result = {"growing": {"NONDIAGNOSTIC": 55, "BENIGN_SPECIFIC": 30, "MALIGNANT": 15}}
        taken = day + timedelta(days=rng.randint(5, 25))
        yield taken, about | {
            "pathology_result": pick(rng, result.get(lesion.story, {"MALIGNANT": 100})),
            "pathology_on": taken.isoformat(), "pathology_author": "Dr Microtome-Demo",
        }  # fmt: skip


def _outcomes(lesion: SyntheticLesion) -> dict[str, int]:
    if lesion.story in {"hcc", "metastasis"}:
        return {"TREAT": 76, "CONTINUE_SURVEILLANCE": 12, "BIOPSY": 12}
    if lesion.story in {"growing", *CHILD_DANGEROUS}:
        return {"CONTINUE_SURVEILLANCE": 60, "BIOPSY": 40}
    return {"SURGERY": 55, "CONTINUE_SURVEILLANCE": 45}


def _waiver(
    rng: Random, person: Person, lesion: SyntheticLesion, exams: Sequence[SyntheticExam]
) -> Iterator[Happening]:
    cannot = "|" in person.contraindications or person.pregnant_until is not None
    if cannot and not person.is_child and chance(rng, 60):
        day = exams[-1].day + timedelta(days=rng.randint(3, 20))
        yield day, {
            "lesion_label": lesion.label, "waiver_on": day.isoformat(),
            "waiver_reason": "No contrast study is possible for now (synthetic)",
            "waiver_author": rng.choice(CLINICIANS),
        }  # fmt: skip


def _leaving(rng: Random, exams: Sequence[SyntheticExam], as_of: date) -> Iterator[Happening]:
    status = pick(rng, STATUSES)
    if status != "ACTIVE":
        last = exams[-1].day
        day = last + timedelta(days=rng.randint(5, max(6, (as_of - last).days)))
        yield day, {
            "patient_status": status, "patient_status_on": day.isoformat(),
            "patient_status_reason": REASONS[status],
        }  # fmt: skip
