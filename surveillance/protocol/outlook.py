"""Everything that one decision is explained from: the case, its last snapshot, what is owed."""

from dataclasses import dataclass, replace

from surveillance.protocol.background import Background, background_of
from surveillance.protocol.facts import PatientFacts, SurveillanceCase
from surveillance.protocol.needs import Needs, needs_after
from surveillance.protocol.replay import Snapshot, replay
from surveillance.protocol.studies import Study, studies_of


@dataclass(frozen=True, slots=True)
class Outlook:
    """An active case with usable data, as it stands on its as-of day."""

    case: SurveillanceCase
    bg: Background
    studies: tuple[Study, ...]
    now: Snapshot
    needs: Needs


def outlook_of(case: SurveillanceCase) -> Outlook:
    """Replay the history to the as-of day; the case has at least one exam."""
    bg, studies = background_of(case), studies_of(case.exams)
    now: Snapshot | None = None
    needs: Needs | None = None
    for snapshot in replay(case, bg, studies):
        now, needs = snapshot, needs_after(needs, snapshot, case)
    assert now is not None
    assert needs is not None
    return Outlook(case, bg, studies, now, needs)


def decided_with(outlook: Outlook, patient: PatientFacts) -> Snapshot:
    """The last day as it would stand if these were the facts of the patient."""
    case = replace(outlook.case, patient=patient)
    *_, last = replay(case, background_of(case), outlook.studies)
    return last
