"""Everything that one decision is explained from: the case, its last snapshot, what is owed."""

from dataclasses import dataclass

from surveillance.protocol.background import Background, background_of
from surveillance.protocol.facts import SurveillanceCase
from surveillance.protocol.needs import Needs, needs_after
from surveillance.protocol.replay import Snapshot, replay


@dataclass(frozen=True, slots=True)
class Outlook:
    """An active case with usable data, as it stands on its as-of day."""

    case: SurveillanceCase
    bg: Background
    now: Snapshot
    needs: Needs


def outlook_of(case: SurveillanceCase) -> Outlook:
    """Replay the history to the as-of day; the case has at least one exam."""
    bg = background_of(case)
    now: Snapshot | None = None
    needs: Needs | None = None
    for snapshot in replay(case, bg):
        now, needs = snapshot, needs_after(needs, snapshot, case, bg)
    assert now is not None and needs is not None
    return Outlook(case, bg, now, needs)


def last_snapshot(case: SurveillanceCase) -> Snapshot:
    """The same without what is owed; the case has at least one exam."""
    *_, last = replay(case, background_of(case))
    return last
