"""What is owed after each day, and since when: one imaging need, one referral need (8.1, I9).

A latest day moves later only after an exam that fulfils what was owed, or a recorded decision.
Everything else, whatever rule then answers, can only bring it forward.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from surveillance.protocol.anchors import Attempts, anchors_of
from surveillance.protocol.facts import SurveillanceCase
from surveillance.protocol.imaging_needs import (
    CONTRAST_KINDS,
    IMAGING_KINDS,
    REFERRAL_KINDS,
    ImagingNeed,
    imaging_need,
    is_attempt,
    need_of,
    settles,
)
from surveillance.protocol.recommendation import Window
from surveillance.protocol.replay import Snapshot
from surveillance.protocol.rules.rule import Rule, WindowName
from surveillance.protocol.terms import RecommendationKind
from surveillance.protocol.visits import Visit
from surveillance.protocol.windows import not_later_than, window_for

_LEVELS: Final = (WindowName.CHARACTERISATION, WindowName.EXPEDITED, WindowName.URGENT)
_SERIES: Final = frozenset(
    {RecommendationKind.SURVEILLANCE_IMAGING, RecommendationKind.SINGLE_CHECK_6M}
)
_SPECIALISTS: Final = REFERRAL_KINDS - {RecommendationKind.PAED_EVALUATION}
Starts = tuple[date | None, date | None, date | None]


@dataclass(frozen=True, slots=True)
class ReferralNeed:
    """A referral that nobody has answered yet."""

    rule: Rule
    window: Window


@dataclass(frozen=True, slots=True)
class Needs:
    """What is owed at the end of a day. `window` is that of the rule; `since` the first day of the
    unbroken need of the rule; `contrast_since` the same for a contrast study of at least that
    urgency. `referral` is the task that nobody has answered, `shown` the last referral of the
    rules, remembered while only contrast rules come between (fault 12 of 6.3)."""

    rule: Rule
    window: Window | None
    since: date
    contrast_since: Starts
    attempts: Attempts
    imaging: ImagingNeed | None
    referral: ReferralNeed | None
    shown: ReferralNeed | None


def needs_after(before: Needs | None, now: Snapshot, case: SurveillanceCase) -> Needs:
    """What is owed after the news of one day."""
    rule, bg = now.rule, now.bg
    owed = before.imaging if before else None
    fulfilled = owed is not None and any(settles(visit, owed, bg) for visit in now.course.today)
    attempts = _attempts(before, now, fulfilled)
    since = before.since if before and before.rule.need == rule.need else now.day
    contrast_since = _contrast_since(before, rule, now.day)
    start = _start_of(now, since, contrast_since)
    anchors = anchors_of(now, case, bg, start, attempts)
    window = window_for(rule.window, anchors)
    released = fulfilled or (now.decided_today and before is not None and before.rule is not rule)
    running = owed.window.latest if owed and not released else None
    window = _never_later(window, before, now, running)
    return Needs(
        rule=rule,
        window=window,
        since=since,
        contrast_since=contrast_since,
        attempts=attempts,
        imaging=imaging_need(now, window, anchors, running, bg),
        referral=_referral(before, now, window),
        shown=_shown(before, now, window),
    )


def _attempts(before: Needs | None, now: Snapshot, fulfilled: bool) -> Attempts:
    """An exam that settles the series is what the next window counts from, whatever rule follows;
    one that settles nothing is a failed attempt (8.2)."""
    if before is None:
        return Attempts()
    owed, so_far = before.imaging, before.attempts
    if fulfilled and owed is not None:
        return Attempts(now.day if owed.kind in _SERIES else so_far.settled_on)
    if owed is not None and is_attempt(now.course.today, owed):
        return Attempts(so_far.settled_on, (*so_far.failed_on, now.day))
    return so_far


def _contrast_since(before: Needs | None, rule: Rule, day: date) -> Starts:
    if rule.kind not in CONTRAST_KINDS:
        return (None, None, None)
    was = before.contrast_since if before else (None, None, None)
    level = _LEVELS.index(rule.window)
    first, second, third = (
        (was[index] or day) if index <= level else None for index in range(len(_LEVELS))
    )
    return (first, second, third)


def _start_of(now: Snapshot, since: date, contrast_since: Starts) -> date:
    """A contrast study is owed since it was first owed with at least this urgency; a malignant
    biopsy since its day."""
    if now.rule.id == "R20":
        return now.decisions.pathology_on or since
    if now.rule.kind not in CONTRAST_KINDS:
        return since
    return contrast_since[_LEVELS.index(now.rule.window)] or since


def _never_later(
    window: Window | None, before: Needs | None, now: Snapshot, running: date | None
) -> Window | None:
    if window is None:
        return None
    if now.rule.kind in IMAGING_KINDS:
        return not_later_than(window, running)
    if before is None or now.rule.kind not in _SPECIALISTS:
        return window
    shown = None if now.referral_answered_today else before.shown
    if shown is not None and shown.rule.need == now.rule.need:
        window = not_later_than(window, shown.window.latest)
    if before.rule is not now.rule and _only_limited(now.course.today):
        window = not_later_than(window, running)
    return window


def _only_limited(today: tuple[Visit, ...]) -> bool:
    """Every exam of the day was inadequate: it may warn, but never postpone (I8)."""
    return bool(today) and not any(visit.adequate for visit in today)


def _shown(before: Needs | None, now: Snapshot, window: Window | None) -> ReferralNeed | None:
    if now.rule.kind in _SPECIALISTS and window is not None:
        return ReferralNeed(now.rule, window)
    if before is None or now.rule.kind not in CONTRAST_KINDS or now.referral_answered_today:
        return None
    return before.shown


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


def need_of_kind(
    kind: RecommendationKind,
    window: Window,
    now: Snapshot,
    needs: Needs,
    case: SurveillanceCase,
) -> ImagingNeed:
    """The imaging need behind an obligation of that kind, also where the present facts would word
    it differently."""
    if needs.imaging is not None and needs.imaging.kind is kind:
        return needs.imaging
    anchors = anchors_of(now, case, now.bg, window.earliest, needs.attempts)
    return need_of(kind, window, anchors, now)
