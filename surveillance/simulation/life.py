"""One simulated person: what is known, what is owed, and the way to the next exam."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from surveillance.protocol.facts import LIVER_FACTS, NORMAL_LIVER_FACTS
from surveillance.protocol.recommendation import Obligation
from surveillance.protocol.terms import (
    MdtOutcome,
    Modality,
    ObligationKind,
    PatientStatus,
    Tri,
)
from surveillance.simulation import rates
from surveillance.simulation.chart import Chart
from surveillance.simulation.ledger import imaging_of
from surveillance.simulation.luck import Luck
from surveillance.simulation.subjects import Subject
from surveillance.simulation.trips import Chances, Trip

YEAR = 365.25
STRENGTH = (
    Modality.US, Modality.CEUS, Modality.CT_MULTIPHASE, Modality.MRI_EXTRACELLULAR,
    Modality.MRI_HEPATOBILIARY, Modality.MRI_CONTRAST,
)  # fmt: skip
"""One exam serves several lesions: the strongest that any of them needs is done (8.8)."""
DANGEROUS = frozenset({"hcc", "metastasis"})
LEAVING = {
    PatientStatus.DECEASED: rates.DIES,
    PatientStatus.TRANSFERRED_ACKNOWLEDGED: rates.MOVES_AWAY,
    PatientStatus.DECLINED: rates.DECLINES,
}


@dataclass
class Life:
    """A subject in one arm."""

    subject: Subject
    chart: Chart | None = None
    owed: dict[str, tuple[Obligation, ...]] = field(default_factory=dict)
    trip: Trip | None = None
    trips: int = 0
    referred: dict[str, int] = field(default_factory=dict)
    """How many referrals of each lesion were sent."""
    sent: set[str] = field(default_factory=set)
    """Lesions whose referral is on its way."""
    pending: set[str] = field(default_factory=set)
    """Lesions whose referral will be answered without further asking."""
    status: PatientStatus = PatientStatus.ACTIVE
    letter_came_back: bool = False

    def __post_init__(self) -> None:
        self.chances = Chances(self.subject)
        self.is_at_another_address = self.chances.is_at_another_address

    @property
    def mrn(self) -> str:
        """The record number."""
        return self.subject.mrn

    @property
    def luck(self) -> Luck:
        """The draws."""
        return self.subject.luck

    @property
    def is_gone(self) -> bool:
        """Nobody follows this person any more."""
        return self.status in (PatientStatus.DECEASED, PatientStatus.TRANSFERRED_ACKNOWLEDGED)

    @property
    def comes(self) -> bool:
        """Whether the person would come to an exam at all."""
        return self.status is PatientStatus.ACTIVE

    def imaging(self) -> list[Obligation]:
        """The exams that are owed, the soonest first."""
        return imaging_of(self.owed.values())

    def labels_owed(self, kind: ObligationKind) -> list[str]:
        """The lesions to which something of that kind is owed."""
        return sorted(
            label for label, each in self.owed.items() if any(one.kind is kind for one in each)
        )

    def modality_on(self, day: date) -> Modality:
        """What is done at the scanner: the strongest of what is due within a month."""
        soon = [one for one in self.imaging() if one.window.earliest <= day + timedelta(days=31)]
        asked = [one.modality for one in soon if one.modality in STRENGTH]
        return max(asked, key=lambda one: STRENGTH.index(one)) if asked else Modality.US

    def leaves(self) -> list[tuple[date, PatientStatus]]:
        """When the person dies, moves or declines: drawn once, whatever anybody does."""
        found = []
        for status, rate in LEAVING.items():
            dice = self.luck.dice(self.mrn, status.value)
            days = int(dice.expovariate(rate.value / YEAR))
            if days < 100 * YEAR:
                found.append((self.subject.enters_on + timedelta(days=days), status))
        return found

    def decision_on(self, label: str) -> MdtOutcome:
        """What a meeting decides about the lesion."""
        story = next(one.story for one in self.subject.lesions if one.label == label)
        count = self.referred.get(label, 0)
        is_treated = self.luck.happens(0.76, self.mrn, label, count, "decision")
        if story in DANGEROUS and is_treated:
            return MdtOutcome.TREAT
        return MdtOutcome.CONTINUE_SURVEILLANCE

    def missing_facts(self) -> dict[str, Tri]:
        """What is not known of the risk, with what a request would bring in."""
        assert self.chart is not None
        good = dict.fromkeys(NORMAL_LIVER_FACTS, Tri.YES)
        names = (*LIVER_FACTS, *NORMAL_LIVER_FACTS, "extrahepatic_malignancy")
        unknown = [name for name in names if getattr(self.chart.patient, name) is Tri.UNKNOWN]
        return {name: good.get(name, Tri.NO) for name in unknown}
