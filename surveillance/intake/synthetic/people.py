"""People: who they are, how they can be reached, what risk they carry, how they keep dates."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from surveillance.intake.synthetic.words import (
    FAMILY_FIRST,
    FAMILY_LAST,
    GIVEN,
    LANGUAGES,
    PRACTICES,
    STREETS,
    DemoSite,
)

LIVER = (
    "cirrhosis", "chronic_hbv", "chronic_hcv", "masld_advanced_fibrosis", "ald",
    "other_chronic_liver_disease", "hcc_risk_factors", "prior_hcc",
)  # fmt: skip
RISKS = {
    "low": 38, "cirrhosis": 20, "chronic_hbv": 10, "chronic_hcv": 6, "masld_advanced_fibrosis": 6,
    "ald": 4, "other_chronic_liver_disease": 2, "prior_hcc": 1, "malignancy": 7,
    "malignancy_and_cirrhosis": 2, "undetermined": 4,
}  # fmt: skip
"""In percent. Children carry their own."""
CHILD_RISKS = {"low": 90, "other_chronic_liver_disease": 5, "malignancy": 3, "undetermined": 2}
HABITS = {"punctual": 81, "late": 11, "erratic": 5, "lost": 3}
CONTRAINDICATIONS = {
    "": 92, "MRI_DEVICE": 3, "GADOLINIUM_ALLERGY": 1, "IODINATED_ALLERGY": 2, "EGFR_LT_30": 1,
    "EGFR_LT_30|GADOLINIUM_ALLERGY": 1,
}  # fmt: skip


def pick(rng: Random, weights: dict[str, int]) -> str:
    """One of the keys, as often as its weight says."""
    return rng.choices(list(weights), weights=list(weights.values()))[0]


def chance(rng: Random, percent: float) -> bool:
    """True in so many of a hundred cases."""
    return rng.random() * 100 < percent


@dataclass
class Person:
    """One invented person; `cells` are those of the patient, repeated in every row."""

    cells: dict[str, str]
    born: date
    risk: str
    habit: str
    contraindications: str
    pregnant_until: date | None
    is_child: bool
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def has_cancer(self) -> bool:
        """Known cancer outside the liver."""
        return self.risk.startswith("malignancy")

    @property
    def is_elevated(self) -> bool:
        """At risk, or not known not to be."""
        return self.risk not in {"low", "malignancy"}


def invent_person(rng: Random, number: int, site: DemoSite, as_of: date) -> Person:
    """Person `number` of the registry, as of the day on which the story ends."""
    is_child = chance(rng, 5)
    age_days = rng.randint(40, 17 * 365) if is_child else _adult_age(rng)
    born = as_of - timedelta(days=age_days)
    sex = rng.choice(("FEMALE", "MALE"))
    risk = pick(rng, CHILD_RISKS if is_child else RISKS)
    person = Person(
        cells=_cells(rng, number, site, born, sex),
        born=born,
        risk=risk,
        habit=pick(rng, HABITS),
        contraindications="" if is_child else pick(rng, CONTRAINDICATIONS),
        pregnant_until=_pregnancy(rng, sex, age_days, as_of),
        is_child=is_child,
    )
    person.facts = _facts(rng, person)
    return person


def _adult_age(rng: Random) -> int:
    return int(min(max(rng.gauss(58, 15), 18.2), 93) * 365.25)


def _pregnancy(rng: Random, sex: str, age_days: int, as_of: date) -> date | None:
    of_age = sex == "FEMALE" and 20 * 365 < age_days < 43 * 365
    return as_of + timedelta(days=rng.randint(20, 200)) if of_age and chance(rng, 12) else None


def _cells(rng: Random, number: int, site: DemoSite, born: date, sex: str) -> dict[str, str]:
    mrn = f"{site.mrn_prefix}-{number:06d}"
    reachable = not chance(rng, 4)
    language = "en" if not chance(rng, 14) else rng.choice(LANGUAGES)
    cells = {
        "site": site.slug,
        "mrn": mrn,
        "family_name": rng.choice(FAMILY_FIRST) + rng.choice(FAMILY_LAST),
        "given_name": rng.choice(GIVEN),
        "birth_date": "" if chance(rng, 0.3) else born.isoformat(),
        "sex": sex if not chance(rng, 1) else "UNKNOWN",
        "language": language,
        "interpreter_needed": "yes" if language != "en" and chance(rng, 55) else "no",
        "consent_phone": pick(rng, {"yes": 84, "unknown": 12, "no": 4}),
        "consent_email": pick(rng, {"yes": 62, "unknown": 26, "no": 12}),
        "consent_sms": pick(rng, {"yes": 55, "unknown": 30, "no": 15}),
        "consent_letter": pick(rng, {"yes": 80, "unknown": 18, "no": 2}),
        "primary_care": rng.choice(PRACTICES),
    }
    if reachable:
        cells["phone"] = f"({site.area_code}) 555-01{rng.randint(0, 99):02d}"
    if reachable and chance(rng, 78):
        cells["email"] = f"{mrn.lower()}@example.org"
    return cells | _address(mrn, site)


def _address(mrn: str, site: DemoSite) -> dict[str, str]:
    """Nine in ten have one. Drawn apart, so that the rest of the person's story stays as it is."""
    rng = Random(f"hepcalc:address:{mrn}")  # noqa: S311 (the same person lives in the same place)
    if not chance(rng, 90):
        return {}
    city, region, postal_code = site.town
    street = f"{rng.randint(1, 180)} {rng.choice(STREETS)}"
    cells = {"address": street, "city": city, "region": region, "postal_code": postal_code}
    return {name: value for name, value in cells.items() if value}


def _facts(rng: Random, person: Person) -> dict[str, str]:
    """The risk facts as first recorded."""
    facts = dict.fromkeys(LIVER, "no")
    facts |= {
        "normal_liver_function": "yes", "normal_liver_parenchyma": "yes",
        "extrahepatic_malignancy": "no", "pregnant": "no",
    }  # fmt: skip
    if person.risk in LIVER:
        facts |= {person.risk: "yes", "normal_liver_parenchyma": "no"}
        facts["normal_liver_function"] = rng.choice(("yes", "no", "no"))
    if person.has_cancer:
        facts["extrahepatic_malignancy"] = "yes"
    if person.risk == "malignancy_and_cirrhosis":
        facts |= {"cirrhosis": "yes", "normal_liver_parenchyma": "no"}
    if person.risk == "undetermined":
        for name in rng.sample(sorted(facts), k=rng.randint(1, 5)):
            facts[name] = rng.choice(("unknown", ""))
    if person.contraindications:
        facts["contraindications"] = person.contraindications
        facts["egfr"] = str(rng.randint(12, 29) if "EGFR" in person.contraindications else 72)
    return facts
