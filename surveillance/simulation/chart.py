"""What is known of a person, kept apart from the database: the protocol is asked from here, too.

This is the second book of the simulation. What the records hold open is compared with what the
protocol, told the same facts by another way, says is owed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from surveillance.protocol.departure import (
    Departure,
    StandingOverride,
    obligations_under,
    still_applies,
)
from surveillance.protocol.facts import ExamFacts, LesionFacts, PatientFacts, SurveillanceCase
from surveillance.protocol.parameters import LOW_EGFR_BELOW
from surveillance.protocol.recommend import recommend
from surveillance.protocol.recommendation import Obligation, Recommendation
from surveillance.protocol.terms import (
    Contraindication,
    LesionKind,
    Modality,
    ObligationKind,
    Sex,
    Tri,
    VisualisationScore,
)
from surveillance.registry.reports import FINDING_WORDS, in_words
from surveillance.registry.rows import RegistryRow

Answered = tuple[ObligationKind, str, str]
"""Kind, recommendation and reason of a review that a person completed."""


@dataclass
class LesionChart:
    """One lesion: facts, exams, what a clinician signed, which reviews a person completed."""

    facts: LesionFacts
    exams: tuple[ExamFacts, ...] = ()
    signed: StandingOverride | None = None
    answered: set[Answered] = field(default_factory=set)
    said: Recommendation | None = None


@dataclass
class Chart:
    """One person. `lesions` by label."""

    patient: PatientFacts
    lesions: dict[str, LesionChart] = field(default_factory=dict)

    def ask(self, day: date) -> dict[str, tuple[Obligation, ...]]:
        """What is owed to each lesion on `day`, by the protocol and what was signed."""
        return {label: self._owed(label, day) for label in self.lesions}

    def case(self, label: str, day: date) -> SurveillanceCase:
        """Everything a decision about the lesion is made from."""
        lesion = self.lesions[label]
        return SurveillanceCase(
            self.patient, lesion.facts, lesion.exams, day, len(self.lesions), None, label
        )

    def sign_off(self, label: str) -> None:
        """A clinician signs that nothing more is to be done about the lesion."""
        said = self.lesions[label].said
        assert said is not None
        self.lesions[label].signed = StandingOverride(
            kind=Departure.CLOSE,
            rule=said.rule,
            escalation_class=said.escalation_class,
            computed_latest=said.window.latest if said.window else None,
            risk=said.risk,
            malignancy=self.patient.extrahepatic_malignancy,
        )

    def add_exam(self, rows: Iterable[RegistryRow]) -> dict[str, ExamFacts]:
        """An exam becomes known; by label, what it showed of each lesion."""
        found = {row.lesion["label"]: exam_facts(row) for row in rows}
        for label, exam in found.items():
            lesion = self.lesions[label]
            exams = sorted((*lesion.exams, exam), key=lambda one: one.on)
            lesion.exams, lesion.answered = tuple(exams), set()
        return found

    def complete_facts(self, facts: Mapping[str, Tri]) -> None:
        """What was not known of the risk is known now."""
        self.patient = replace(self.patient, **facts)  # type: ignore[arg-type]
        for lesion in self.lesions.values():
            lesion.answered = set()

    def _owed(self, label: str, day: date) -> tuple[Obligation, ...]:
        lesion = self.lesions[label]
        lesion.said = said = recommend(self.case(label, day))
        if lesion.signed and still_applies(lesion.signed, said, self.patient):
            return obligations_under(lesion.signed, said)
        return tuple(
            one
            for one in said.obligations
            if (one.kind, one.recommendation.value, one.reason) not in lesion.answered
        )


def open_chart(rows: Iterable[RegistryRow]) -> Chart:
    """The chart of a person who is found today."""
    rows = list(rows)
    chart = Chart(_patient_facts(rows[0]))
    for row in rows:
        kind = LesionKind(row.lesion.get("kind", LesionKind.UNKNOWN))
        symptomatic = Tri(row.lesion.get("symptomatic") or Tri.UNKNOWN)
        chart.lesions[row.lesion["label"]] = LesionChart(
            LesionFacts(kind=kind, symptomatic=symptomatic), (exam_facts(row),)
        )
    return chart


def exam_facts(row: RegistryRow) -> ExamFacts:
    """One exam as it concerns one lesion."""
    exam, found = row.exam, in_words(row.finding, FINDING_WORDS)
    told: dict[str, Any] = {name: found[name] for name in FINDING_WORDS if found.get(name)}
    vis = exam.get("vis")
    return ExamFacts(
        on=exam["performed_on"],
        modality=Modality(exam["modality"]),
        adequate=exam.get("adequate", True) and found.get("adequate", True),
        vis=VisualisationScore(vis) if vis else None,
        lesion_seen=found.get("lesion_seen", True),
        size_mm=found.get("size_mm"),
        whole_liver=exam.get("whole_liver", True),
        final=exam.get("report_status", "FINAL") == "FINAL",
        ref=exam["accession"],
        **told,
    )


def _patient_facts(row: RegistryRow) -> PatientFacts:
    risk = dict(row.risk)
    blocked = frozenset(map(Contraindication, risk.pop("contraindications", ())))
    egfr = risk.pop("egfr", None)
    if egfr is not None and egfr < LOW_EGFR_BELOW.value:
        blocked |= {Contraindication.EGFR_LT_30}
    told: dict[str, Any] = {name: Tri(value) for name, value in risk.items() if value}
    return PatientFacts(
        birth_date=row.patient["birth_date"],
        sex=Sex(row.patient.get("sex", Sex.UNKNOWN)),
        contraindications=blocked,
        **told,
    )
