"""Imaging that is owed, and which exam settles it (8.2, 8.3)."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from surveillance.protocol.background import Background
from surveillance.protocol.characterisation import DANGEROUS
from surveillance.protocol.recommendation import Window
from surveillance.protocol.replay import Snapshot
from surveillance.protocol.rules.rule import WindowName
from surveillance.protocol.rules.table import rule_for
from surveillance.protocol.standing import Trigger
from surveillance.protocol.state import counts_as_check
from surveillance.protocol.terms import Conclusion, PathologyResult, RecommendationKind
from surveillance.protocol.visits import Visit
from surveillance.protocol.windows import (
    Anchors,
    not_later_than,
    paed_ultrasound_window,
    safety_net_window,
    single_check_window,
)

_K = RecommendationKind
CONTRAST_KINDS: Final = frozenset(
    {
        _K.CONFIRM_ISOLATION_CONTRAST,
        _K.CHARACTERISE_MRI_HB_OR_MPCT,
        _K.DYNAMIC_CT_OR_MRI,
        _K.CONTRAST_MRI,
    }
)
REFERRAL_KINDS: Final = frozenset(
    {
        _K.SURGICAL_REFERRAL,
        _K.MDT_REFERRAL,
        _K.BIOPSY_CONSIDERATION,
        _K.PAED_MDT_REFERRAL,
        _K.PAED_EVALUATION,
    }
)
IMAGING_KINDS: Final = CONTRAST_KINDS | {
    _K.SURVEILLANCE_IMAGING,
    _K.SINGLE_CHECK_6M,
    _K.ROUTINE_HCC_SURVEILLANCE,
    _K.PAED_SERIAL_US,
    _K.PAED_HEMANGIOMA_MONITORING,
}


@dataclass(frozen=True, slots=True)
class ImagingNeed:
    """`purpose` is the flag of a visit that serves a series; `anchor` the day after which an exam
    counts (on which it counts already, for a contrast study). An immediate need lasts until the
    facts behind it change: no exam settles it."""

    kind: RecommendationKind
    window: Window
    anchor: date
    purpose: str
    immediate: bool = False

    @property
    def check_from(self) -> date:
        """The first day on which a single check counts (S17, early tolerance)."""
        return single_check_window(self.anchor).earliest


def settles(visit: Visit, need: ImagingNeed, bg: Background) -> bool:
    """Does this exam settle the imaging that is owed?"""
    if need.immediate:
        return False
    if need.kind in CONTRAST_KINDS:
        return _settles_contrast(visit, need.kind, bg)
    if need.kind is _K.SINGLE_CHECK_6M and not counts_as_check(visit, need.check_from, bg):
        return False
    return bool(getattr(visit, need.purpose))


def is_attempt(today: tuple[Visit, ...], need: ImagingNeed) -> bool:
    """An exam that did not settle it was a failed attempt (A-35); an adequate early check is
    information and changes nothing (A-9)."""
    if need.kind is _K.SINGLE_CHECK_6M and any(getattr(visit, need.purpose) for visit in today):
        return False
    return any(visit.attempt for visit in today)


def imaging_need(
    now: Snapshot,
    window: Window | None,
    anchors: Anchors,
    running: date | None,
    bg: Background,
) -> ImagingNeed | None:
    """The imaging owed under the rule of the day, or beside its referral. `running` is the latest
    day of imaging that was owed already and is not settled."""
    kind = now.rule.kind
    if window is None:
        return None
    if kind in IMAGING_KINDS:
        return need_of(kind, window, anchors, now)
    if kind is _K.PAED_EVALUATION:
        series = not_later_than(paed_ultrasound_window(anchors), running)
        return need_of(_K.PAED_SERIAL_US, series, anchors, now)
    if kind in REFERRAL_KINDS:
        return _safety_net(now, anchors, running, bg)
    return None


def need_of(
    kind: RecommendationKind, window: Window, anchors: Anchors, now: Snapshot
) -> ImagingNeed:
    """The need for imaging of that kind in that window."""
    immediate = kind is now.rule.kind and now.rule.window is WindowName.IMMEDIATE
    purpose, anchor = _purpose_and_anchor(kind, anchors, now)
    return ImagingNeed(kind, window, anchor, purpose, immediate)


def _settles_contrast(visit: Visit, kind: RecommendationKind, bg: Background) -> bool:
    if kind is _K.CONFIRM_ISOLATION_CONTRAST:
        return visit.confirms
    if kind is _K.CONTRAST_MRI and not bg.mri_contraindicated:
        return visit.contrast_mri
    return visit.characterises


def _purpose_and_anchor(
    kind: RecommendationKind, anchors: Anchors, now: Snapshot
) -> tuple[str, date]:
    if kind is _K.ROUTINE_HCC_SURVEILLANCE:
        return "routine", anchors.last_of_liver
    if kind in (_K.PAED_SERIAL_US, _K.PAED_HEMANGIOMA_MONITORING):
        return "child", anchors.last_of_child
    if kind in CONTRAST_KINDS:
        return "characterises", anchors.since
    purpose = "watched" if now.standing.series_is_watched else "follow_up"
    is_check = kind is _K.SINGLE_CHECK_6M
    return purpose, anchors.clock_on if is_check else anchors.last_follow_up


def _safety_net(
    now: Snapshot, anchors: Anchors, running: date | None, bg: Background
) -> ImagingNeed:
    """A18: imaging within 3 months of the referral or of the last adequate exam since, and never
    later than imaging that was owed already (fault 7 of 6.3)."""
    kind = _kind_beneath(now, bg)
    purpose, last = _purpose_and_anchor(kind, anchors, now)
    anchor = max(anchors.since, last)
    window = not_later_than(safety_net_window(anchor, anchors.failed_on), running)
    return ImagingNeed(kind, window, anchor, purpose)


def _kind_beneath(now: Snapshot, bg: Background) -> RecommendationKind:
    """Which imaging would be owed if nobody had been referred to anybody."""
    if bg.child:
        return _K.PAED_SERIAL_US
    state, malignant = now.state, PathologyResult.MALIGNANT
    beneath = replace(
        state,
        conclusion=Conclusion.INDETERMINATE if state.conclusion in DANGEROUS else state.conclusion,
        pathology=None if state.pathology is malignant else state.pathology,
        trigger=Trigger.NONE if state.trigger is Trigger.EVALUATED else state.trigger,
        consulted=True,
    )
    kind = rule_for(beneath).kind
    return kind if kind in CONTRAST_KINDS else _K.SURVEILLANCE_IMAGING
