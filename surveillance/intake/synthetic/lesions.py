"""Lesions: what kind of story each has, and what an exam of a given kind sees of it."""

from dataclasses import dataclass
from datetime import date
from random import Random

from surveillance.intake.synthetic.people import Person, chance, pick

CONTRAST = ("CT_MULTIPHASE", "MRI_EXTRACELLULAR", "MRI_HEPATOBILIARY")
SEGMENTS = ("I", "II", "III", "IVA", "IVB", "V", "VI", "VII", "VIII")

LOW_STORIES = {
    "isolated": 34, "isolated_unsure": 16, "small_nodule": 18, "large_nodule": 8,
    "hemangioma": 10, "probably_benign": 5, "simple_cyst": 4, "complex_cyst": 2, "mcn": 1,
    "hydatid": 1, "growing": 1,
}  # fmt: skip
ELEVATED_STORIES = {
    "isolated": 26, "small_nodule": 34, "large_nodule": 15, "hemangioma": 6, "probably_benign": 6,
    "hcc": 4, "growing": 5, "simple_cyst": 2, "complex_cyst": 1, "gone": 1,
}  # fmt: skip
CANCER_STORIES = {
    "isolated": 40, "small_nodule": 25, "large_nodule": 12, "metastasis": 6, "hemangioma": 9,
    "probably_benign": 8,
}  # fmt: skip
CHILD_STORIES = {"isolated": 62, "hemangioma": 24, "small_nodule": 8, "large_nodule": 6}
MILD_STORIES = {"isolated": 70, "small_nodule": 22, "hemangioma": 8}
"""Further lesions of the same person."""

KIND = {
    "isolated": "ISOLATED_CALCIFICATION", "isolated_unsure": "ISOLATED_CALCIFICATION",
    "simple_cyst": "CYSTIC", "complex_cyst": "CYSTIC", "mcn": "CYSTIC", "hydatid": "CYSTIC",
}  # fmt: skip
SIZE = {
    "isolated": (2, 8), "isolated_unsure": (3, 11), "small_nodule": (4, 9.4),
    "large_nodule": (10, 27), "hemangioma": (7, 48), "probably_benign": (5, 16), "hcc": (11, 34),
    "metastasis": (8, 30), "growing": (6, 9), "simple_cyst": (9, 40), "complex_cyst": (18, 60),
    "mcn": (30, 90), "hydatid": (25, 95), "gone": (4, 9),
}  # fmt: skip
CONCLUSION = {
    "isolated": "ISOLATED_CALCIFICATION", "isolated_unsure": "ISOLATED_CALCIFICATION",
    "hemangioma": "HEMANGIOMA_TYPICAL", "probably_benign": "PROBABLY_BENIGN",
    "hcc": "SUSPICIOUS_HCC", "metastasis": "MALIGNANT_NON_HCC", "simple_cyst": "BENIGN_SPECIFIC",
    "complex_cyst": "INDETERMINATE", "mcn": "MCN_SUSPECTED", "hydatid": "HYDATID_SUSPECTED",
    "gone": "RESOLVED",
}  # fmt: skip


@dataclass
class SyntheticLesion:
    """One lesion of one person, from the day it was first seen."""

    label: str
    story: str
    first_mm: float
    growth_mm_a_year: float
    segments: str
    symptomatic: str
    since: date

    def size_on(self, day: date, rng: Random) -> str:
        """What is measured that day: the true size and a reader's error, one decimal."""
        years = (day - self.since).days / 365.25
        true = self.first_mm + self.growth_mm_a_year * years
        return f"{max(1.2, true + rng.gauss(0, 0.25)):.1f}"


def invent_lesion(rng: Random, person: Person, label: str, since: date) -> SyntheticLesion:
    """A lesion that suits the person; the first one may be anything, further ones are mild."""
    story = pick(rng, _stories(person) if label == "L1" else MILD_STORIES)
    least, most = SIZE[story]
    symptoms = {"no": 88, "unknown": 6, "yes": 2, "": 4}
    return SyntheticLesion(
        label=label,
        story=story,
        first_mm=rng.uniform(least, most),
        growth_mm_a_year=rng.uniform(2.5, 7) if story in {"growing", "hcc"} else 0.0,
        segments=" ".join(rng.sample(SEGMENTS, k=2 if chance(rng, 8) else 1)),
        symptomatic=pick(rng, symptoms),
        since=since,
    )


def _stories(person: Person) -> dict[str, int]:
    if person.is_child:
        return CHILD_STORIES
    if person.risk == "low":
        return LOW_STORIES
    return CANCER_STORIES if person.risk == "malignancy" else ELEVATED_STORIES


def lesion_cells(lesion: SyntheticLesion) -> dict[str, str]:
    """What every row about the lesion repeats."""
    return {
        "lesion_label": lesion.label,
        "lesion_kind": KIND.get(lesion.story, "NODULE_OR_MASS"),
        "symptomatic": lesion.symptomatic,
        "segments": lesion.segments,
        "lesion_number": "ONE",
    }


def finding_cells(
    rng: Random, lesion: SyntheticLesion, person: Person, modality: str, day: date
) -> dict[str, str]:
    """What an exam of this kind on this day says of the lesion."""
    seen = not (modality == "US" and lesion.first_mm < 8 and chance(rng, 4))
    cells = {"lesion_seen": "yes" if seen else "no", "pattern": _pattern(rng, lesion)}
    if seen:
        cells["size_mm"] = lesion.size_on(day, rng)
    if lesion.story.startswith("isolated"):
        sure = lesion.story == "isolated" and not chance(rng, 4)
        cells["isolation"] = "CONFIRMED" if sure else "UNCERTAIN"
    if KIND.get(lesion.story) == "CYSTIC":
        cells |= _cyst(rng, lesion)
    if modality in CONTRAST:
        cells |= _contrast(rng, lesion, person)
    elif lesion.story == "hydatid" and chance(rng, 60):
        cells["conclusion"] = "HYDATID_SUSPECTED"
    return cells


def _pattern(rng: Random, lesion: SyntheticLesion) -> str:
    if lesion.story == "isolated":
        return pick(rng, {"PUNCTATE": 94, "COARSE_CHUNKY": 4, "": 2})
    return pick(rng, {"PUNCTATE": 35, "COARSE_CHUNKY": 30, "EGGSHELL_RING": 12, "AMORPHOUS": 8,
                      "LAMINAR_BRANCHING": 5, "": 10})  # fmt: skip


def _cyst(rng: Random, lesion: SyntheticLesion) -> dict[str, str]:
    simple = lesion.story == "simple_cyst"
    if simple:
        return dict.fromkeys(("thick_wall", "septations", "solid_component"), "no")
    return {
        "thick_wall": rng.choice(("yes", "no")),
        "septations": "yes",
        "solid_component": rng.choice(("no", "no", "yes")),
    }


def _contrast(rng: Random, lesion: SyntheticLesion, person: Person) -> dict[str, str]:
    cells = {"aphe": "no", "washout": "no", "capsule": "no", "hemangioma_pattern": "no"}
    if lesion.story in CONCLUSION:
        cells["conclusion"] = CONCLUSION[lesion.story]
    else:
        cells["conclusion"] = "" if chance(rng, 20) else "INDETERMINATE"
    if lesion.story == "hemangioma":
        cells |= {"hemangioma_pattern": "yes", "aphe": "unknown"}
    elif lesion.story == "hcc":
        washout = rng.choice(("yes", "yes", "no"))
        cells |= {"aphe": "yes", "washout": washout, "capsule": rng.choice(("yes", "no"))}
        cells["lirads"] = "LR-5" if washout == "yes" else "LR-4"
    elif lesion.story == "metastasis":
        cells["lirads"] = "LR-M" if person.is_elevated else ""
    elif person.is_elevated and not person.is_child:
        cells["lirads"] = _category(rng, lesion)
        cells["aphe"] = "yes" if chance(rng, 9) and lesion.story == "large_nodule" else "no"
    return cells


def _category(rng: Random, lesion: SyntheticLesion) -> str:
    if lesion.story in {"isolated", "simple_cyst", "gone"}:
        return rng.choice(("LR-1", "", ""))
    if lesion.story == "probably_benign":
        return "LR-2"
    return pick(rng, {"LR-3": 80, "LR-2": 4, "LR-4": 3, "LR-NC": 3, "": 10})
