"""What is owed after each day, and since when: one imaging need, one referral need (8.1, I9).

A latest day moves later only after an exam that fulfils what was owed, or a recorded decision.
Everything else, whatever rule then answers, can only bring it forward.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from surveillance.protocol import parameters
from surveillance.protocol.background import Background
from surveillance.protocol.characterisation import DANGEROUS
from surveillance.protocol.facts import SurveillanceCase
from surveillance.protocol.recommendation import Window
from surveillance.protocol.replay import Snapshot
from surveillance.protocol.rules.rule import Rule, WindowName
from surveillance.protocol.rules.table import rule_for
from surveillance.protocol.standing import Trigger, last_contrast_study
from surveillance.protocol.state import counts_as_check
from surveillance.protocol.terms import (
    Conclusion,
    PathologyResult,
    RecommendationKind,
    Tri,
)
from surveillance.protocol.visits import Visit
from surveillance.protocol.windows import (
    Anchors,
    not_later_than,
    paed_ultrasound_window,
    safety_net_window,
    single_check_window,
    window_for,
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
_LEVELS: Final = (WindowName.CHARACTERISATION, WindowName.EXPEDITED, WindowName.URGENT)


@dataclass(frozen=True, slots=True)
class ImagingNeed:
    """Imaging that is owed. `purpose` is the flag of a visit that serves a series; `check_from`
    the first day on which a single check counts; `anchor` the day after which an exam counts (on
    which it counts already, for a contrast study)."""

    kind: RecommendationKind
    window: Window
    anchor: date
    purpose: str
    check_from: date
    immediate: bool = False


@dataclass(frozen=True, slots=True)
class ReferralNeed:
    """A referral that nobody has answered yet."""

    rule: Rule
    window: Window


@dataclass(frozen=True, slots=True)
class Needs:
    """What is owed at the end of a day. `window` is that of the rule; `since` the first day of the
    unbroken run of the rule; `contrast_since` the same for a contrast study of at least that
    urgency; `bridged` tells that only contrast rules have come between the referral and now."""

    rule: Rule
    window: Window | None
    since: date
    contrast_since: tuple[date | None, date | None, date | None]
    failed_on: tuple[date, ...]
    imaging: ImagingNeed | None
    referral: ReferralNeed | None
    bridged: bool


def needs_after(
    before: Needs | None, now: Snapshot, case: SurveillanceCase, bg: Background
) -> Needs:
    """What is owed after the news of one day."""
    rule = now.rule
    owed = before.imaging if before else None
    fulfilled = owed is not None and any(settles(visit, owed, bg) for visit in now.course.today)
    failed_on = () if before is None or fulfilled else before.failed_on
    if owed is not None and not fulfilled and _is_attempt(now.course.today, owed):
        failed_on = (*failed_on, now.day)
    since = before.since if before and before.rule is rule else now.day
    contrast_since = _contrast_since(before, rule, now.day)
    start = _start_of(rule, since, contrast_since)
    anchors = _anchors(now, case, bg, start, failed_on)
    window = window_for(rule.window, anchors)
    running = owed.window.latest if owed and not fulfilled and not now.decided_today else None
    window = _never_later(window, before, now, running)
    return Needs(
        rule=rule,
        window=window,
        since=since,
        contrast_since=contrast_since,
        failed_on=failed_on,
        imaging=_imaging(now, window, anchors, running, bg),
        referral=_referral(before, now, window),
        bridged=rule.kind in REFERRAL_KINDS
        or (before is not None and before.bridged and rule.kind in CONTRAST_KINDS),
    )


def settles(visit: Visit, need: ImagingNeed, bg: Background) -> bool:
    """Does this exam settle the imaging that is owed (8.2, 8.3)?"""
    kind = need.kind
    if need.immediate:
        return False
    if kind in CONTRAST_KINDS:
        return _settles_contrast(visit, kind, bg)
    if kind is _K.SINGLE_CHECK_6M:
        counts = counts_as_check(visit, need.check_from, bg)
        return counts and bool(getattr(visit, need.purpose))
    return bool(getattr(visit, need.purpose))


def _settles_contrast(visit: Visit, kind: RecommendationKind, bg: Background) -> bool:
    if kind is _K.CONFIRM_ISOLATION_CONTRAST:
        return visit.confirms
    if kind is _K.CONTRAST_MRI and not bg.mri_contraindicated:
        return visit.contrast_mri
    return visit.characterises


def _is_attempt(today: tuple[Visit, ...], owed: ImagingNeed) -> bool:
    """An exam that did not fulfil; an adequate early check is information, not a failure (A-9)."""
    if owed.kind is _K.SINGLE_CHECK_6M:
        return bool(today) and not any(getattr(visit, owed.purpose) for visit in today)
    return bool(today)


def _contrast_since(
    before: Needs | None, rule: Rule, day: date
) -> tuple[date | None, date | None, date | None]:
    if rule.kind not in CONTRAST_KINDS:
        return (None, None, None)
    was = before.contrast_since if before else (None, None, None)
    level = _LEVELS.index(rule.window)
    first, second, third = (
        (was[index] or day) if index <= level else None for index in range(len(_LEVELS))
    )
    return (first, second, third)


def _start_of(
    rule: Rule, since: date, contrast_since: tuple[date | None, date | None, date | None]
) -> date:
    """A contrast study is owed since it was first owed with at least this urgency."""
    if rule.kind not in CONTRAST_KINDS:
        return since
    return contrast_since[_LEVELS.index(rule.window)] or since


def _never_later(
    window: Window | None, before: Needs | None, now: Snapshot, running: date | None
) -> Window | None:
    if window is None:
        return None
    if now.rule.kind in IMAGING_KINDS:
        return not_later_than(window, running)
    if before is None or now.rule.kind not in REFERRAL_KINDS:
        return window
    if before.referral and before.bridged and not now.referral_answered_today:
        window = not_later_than(window, before.referral.window.latest)
    if before.rule is not now.rule and _only_limited(now.course.today):
        window = not_later_than(window, running)
    return window


def _only_limited(today: tuple[Visit, ...]) -> bool:
    """Every exam of the day was inadequate: it may warn, but never postpone (I8)."""
    return bool(today) and all(visit == Visit(visit.on) for visit in today)


def _referral(before: Needs | None, now: Snapshot, window: Window | None) -> ReferralNeed | None:
    """A referral stays open until a decision answers it or nothing is owed any more (5.8)."""
    if now.rule.stop:
        return None
    open_before = before.referral if before and not now.referral_answered_today else None
    if now.rule.kind not in REFERRAL_KINDS or window is None:
        return open_before
    if open_before is None:
        return ReferralNeed(now.rule, window)
    return ReferralNeed(now.rule, not_later_than(window, open_before.window.latest))


def _imaging(
    now: Snapshot,
    window: Window | None,
    anchors: Anchors,
    running: date | None,
    bg: Background,
) -> ImagingNeed | None:
    if window is None:
        return None
    rule = now.rule
    if rule.kind in IMAGING_KINDS:
        return _need(rule.kind, window, anchors, now, rule.window is WindowName.IMMEDIATE)
    if rule.kind is _K.PAED_EVALUATION:
        series = not_later_than(paed_ultrasound_window(anchors), running)
        return _need(_K.PAED_SERIAL_US, series, anchors, now)
    if rule.kind in REFERRAL_KINDS:
        return _safety_net(now, anchors, running, bg)
    return None


def _safety_net(
    now: Snapshot, anchors: Anchors, running: date | None, bg: Background
) -> ImagingNeed:
    """A18: imaging within 3 months of the referral or of the last adequate exam since, and never
    later than imaging that was owed already."""
    kind = _kind_beneath(now, bg)
    anchor = anchors.since
    if kind not in CONTRAST_KINDS:
        last = anchors.last_of_child if bg.child else anchors.last_follow_up
        anchor = max(anchor, last)
    window = not_later_than(safety_net_window(anchor, anchors.failed_on), running)
    return replace(_need(kind, window, anchors, now), anchor=anchor)


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


def _need(
    kind: RecommendationKind,
    window: Window,
    anchors: Anchors,
    now: Snapshot,
    immediate: bool = False,
) -> ImagingNeed:
    purpose, anchor = _purpose_and_anchor(kind, anchors, now)
    return ImagingNeed(
        kind=kind,
        window=window,
        anchor=anchor,
        purpose=purpose,
        check_from=single_check_window(anchors.clock_on).earliest,
        immediate=immediate,
    )


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


def _anchors(
    now: Snapshot, case: SurveillanceCase, bg: Background, start: date, failed_on: tuple[date, ...]
) -> Anchors:
    target, latest = _series_months(now, case, bg)
    days = _days(now, start, failed_on, bg)
    return replace(days, target_months=target, latest_months=latest)


def _days(now: Snapshot, start: date, failed_on: tuple[date, ...], bg: Background) -> Anchors:
    first = now.course.first_exam_on or now.day
    standing, visits = now.standing, now.course.visits
    last = standing.last_adequate_on or first
    return Anchors(
        since=start,
        last_follow_up=last,
        last_of_liver=max((visit.on for visit in visits if visit.routine), default=first),
        last_of_child=max((visit.on for visit in visits if visit.child), default=first),
        clock_on=standing.clock_on or last,
        birth_date=bg.birth_date,
        failed_on=failed_on,
    )


def _series_months(now: Snapshot, case: SurveillanceCase, bg: Background) -> tuple[int, int]:
    """Target and latest of the series, in months after the last adequate exam (A-5, A-6, A-7)."""
    full = parameters.SURVEILLANCE.value
    latest = full.latest.months
    if now.standing.watched_suspicion:
        latest = parameters.SURVEILLANCE_LATEST_WATCHED_SUSPICION.value
    if _is_heightened(now, case, bg):
        return parameters.SURVEILLANCE_TARGET_HEIGHTENED.value, latest
    if not now.standing.is_past_first_year:
        return parameters.SURVEILLANCE_TARGET_FIRST_YEAR.value, latest
    return full.target.months, latest


def _is_heightened(now: Snapshot, case: SurveillanceCase, bg: Background) -> bool:
    """A-6: arterial enhancement without washout, AFP, prior HCC, cancer, MDT watch, missed biopsy."""
    study = last_contrast_study(now.course)
    decisions = now.decisions
    return (
        (study is not None and study.enhancing)
        or decisions.heightened_afp
        or decisions.ever_watched
        or decisions.is_nondiagnostic
        or bg.malignancy
        or case.patient.prior_hcc is Tri.YES
    )


def need_of_kind(
    kind: RecommendationKind, window: Window, now: Snapshot, needs: Needs, bg: Background
) -> ImagingNeed:
    """The imaging need of an obligation that the present facts would word differently."""
    if needs.imaging is not None and needs.imaging.kind is kind:
        return needs.imaging
    anchors = _days(now, window.earliest, needs.failed_on, bg)
    return _need(kind, window, anchors, now)
