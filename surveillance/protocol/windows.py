"""The windows of 4.3: from an anchor to an earliest, a target and a latest day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from surveillance.protocol import parameters
from surveillance.protocol.dates import add_days, add_months, age_in_months
from surveillance.protocol.parameters import Span, WindowSpans
from surveillance.protocol.recommendation import Window
from surveillance.protocol.rules.rule import WindowName


@dataclass(frozen=True, slots=True)
class Anchors:
    """What the windows are counted from. `since` is the start of the need; the three `last_` days
    are the last exam that was adequate for that purpose, or the first exam; `failed_on` are the
    attempts that did not fulfil; `target_months` and `latest_months` belong to the series."""

    since: date
    last_follow_up: date
    last_of_liver: date
    last_of_child: date
    clock_on: date
    birth_date: date | None
    failed_on: tuple[date, ...]
    target_months: int = parameters.SURVEILLANCE.value.target.months
    latest_months: int = parameters.SURVEILLANCE.value.latest.months


def window_for(name: WindowName, anchors: Anchors) -> Window | None:
    """The window of that name; None where the rule leaves nothing owed."""
    build = _BUILDERS.get(name)
    return build(anchors) if build else None


def window_from(spans: WindowSpans, anchor: date) -> Window:
    """The three days counted from one anchor, never chained."""
    return Window(
        _shift(anchor, spans.earliest), _shift(anchor, spans.target), _shift(anchor, spans.latest)
    )


def not_later_than(window: Window, latest: date | None) -> Window:
    """The same window, brought forward where `latest` is sooner; None leaves it alone."""
    if latest is None or latest >= window.latest:
        return window
    return Window(min(window.earliest, latest), min(window.target, latest), latest)


def review_window(asked_on: date) -> Window:
    """A person's review or a data request, from the day it is asked."""
    return window_from(parameters.REVIEW.value, asked_on)


def single_check_window(clock_on: date) -> Window:
    """The one check, from the start of the clock; its earliest day is the first that counts."""
    return window_from(parameters.SINGLE_CHECK.value, clock_on)


def safety_net_window(anchor: date, failed_on: tuple[date, ...]) -> Window:
    """Imaging beside an open referral (A18)."""
    return _tightened(window_from(parameters.SAFETY_NET.value, anchor), anchor, failed_on)


def _shift(anchor: date, span: Span) -> date:
    moved = add_months(anchor, span.months) if span.months else anchor
    return add_days(moved, span.days) if span.days else moved


def _tightened(window: Window, anchor: date, failed_on: tuple[date, ...]) -> Window:
    """A-35: the first attempt since the anchor that failed brings the latest day forward."""
    failed = next((day for day in failed_on if day > anchor), None)
    if failed is None:
        return window
    return not_later_than(window, add_months(failed, parameters.FAILED_ATTEMPT_MONTHS.value))


def _immediate(anchors: Anchors) -> Window:
    return window_from(parameters.IMMEDIATE.value, anchors.since)


def _urgent(anchors: Anchors) -> Window:
    return window_from(parameters.URGENT.value, anchors.since)


def _expedited(anchors: Anchors) -> Window:
    return window_from(parameters.EXPEDITED.value, anchors.since)


def _characterisation(anchors: Anchors) -> Window:
    return window_from(parameters.CHARACTERISATION.value, anchors.since)


def _data(anchors: Anchors) -> Window:
    return window_from(parameters.DATA.value, anchors.since)


def _surveillance(anchors: Anchors) -> Window:
    anchor, spans = anchors.last_follow_up, parameters.SURVEILLANCE.value
    latest = add_months(anchor, anchors.latest_months)
    target = add_months(anchor, anchors.target_months)
    window = Window(_shift(anchor, spans.earliest), target, _shift(anchor, spans.latest))
    return _tightened(not_later_than(window, latest), anchor, anchors.failed_on)


def _surveillance_six(anchors: Anchors) -> Window:
    window = window_from(parameters.SURVEILLANCE_SIX.value, anchors.last_follow_up)
    return _tightened(window, anchors.last_follow_up, anchors.failed_on)


def _single_check(anchors: Anchors) -> Window:
    """A failed attempt brings the check forward, but never before the day from which it counts."""
    window = single_check_window(anchors.clock_on)
    tightened = _tightened(window, anchors.clock_on, anchors.failed_on)
    return not_later_than(window, max(tightened.latest, window.earliest))


def _routine(anchors: Anchors) -> Window:
    window = window_from(parameters.ROUTINE.value, anchors.last_of_liver)
    return _tightened(window, anchors.last_of_liver, anchors.failed_on)


def _paed_hemangioma(anchors: Anchors) -> Window:
    months = _age(anchors, anchors.last_of_child)
    if months < parameters.YOUNG_INFANT_UNDER_MONTHS.value:
        spans = parameters.PAED_HEMANGIOMA_YOUNG_INFANT.value
    elif months < parameters.INFANT_UNDER_MONTHS.value:
        spans = parameters.PAED_HEMANGIOMA_INFANT.value
    else:
        spans = parameters.PAED_HEMANGIOMA_CHILD.value
    window = window_from(spans, anchors.last_of_child)
    return _tightened(window, anchors.last_of_child, anchors.failed_on)


def paed_ultrasound_window(anchors: Anchors) -> Window:
    """Serial ultrasound of a child, by the age at the last adequate exam."""
    infant = _age(anchors, anchors.last_of_child) < parameters.INFANT_UNDER_MONTHS.value
    spans = parameters.PAED_ULTRASOUND_INFANT if infant else parameters.PAED_ULTRASOUND_CHILD
    window = window_from(spans.value, anchors.last_of_child)
    return _tightened(window, anchors.last_of_child, anchors.failed_on)


def _paed_evaluation(anchors: Anchors) -> Window:
    infant = _age(anchors, anchors.since) < parameters.INFANT_UNDER_MONTHS.value
    spans = parameters.PAED_EVALUATION_INFANT if infant else parameters.PAED_EVALUATION_CHILD
    return window_from(spans.value, anchors.since)


def _age(anchors: Anchors, day: date) -> int:
    return age_in_months(anchors.birth_date or day, day)


_BUILDERS: Final[dict[WindowName, Callable[[Anchors], Window]]] = {
    WindowName.IMMEDIATE: _immediate,
    WindowName.URGENT: _urgent,
    WindowName.EXPEDITED: _expedited,
    WindowName.CHARACTERISATION: _characterisation,
    WindowName.DATA: _data,
    WindowName.SURVEILLANCE: _surveillance,
    WindowName.SURVEILLANCE_SIX: _surveillance_six,
    WindowName.SINGLE_CHECK: _single_check,
    WindowName.ROUTINE: _routine,
    WindowName.PAED_HEMANGIOMA: _paed_hemangioma,
    WindowName.PAED_ULTRASOUND: paed_ultrasound_window,
    WindowName.PAED_EVALUATION: _paed_evaluation,
}
