"""The days from which the windows of one lesion are counted on one day."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from surveillance.protocol import parameters
from surveillance.protocol.background import Background
from surveillance.protocol.facts import SurveillanceCase
from surveillance.protocol.replay import Snapshot
from surveillance.protocol.rules.rule import WindowName
from surveillance.protocol.standing import last_contrast_study
from surveillance.protocol.terms import Tri
from surveillance.protocol.windows import Anchors

_FULL: Final = parameters.SURVEILLANCE.value


@dataclass(frozen=True, slots=True)
class Attempts:
    """The last exam that settled the series, and the exams since that settled nothing."""

    settled_on: date | None = None
    failed_on: tuple[date, ...] = ()


def anchors_of(
    now: Snapshot, case: SurveillanceCase, bg: Background, since: date, attempts: Attempts
) -> Anchors:
    """`since` is the start of the need.

    Where no exam was adequate for a purpose, the first exam stands in, which is never later.
    """
    first = now.course.first_exam_on or now.day
    standing, visits = now.standing, now.course.visits
    last = max(standing.last_adequate_on or first, attempts.settled_on or first)
    is_series = now.rule.window is WindowName.SURVEILLANCE
    target, latest = _series_months(now, case, bg) if is_series else _full_series()
    return Anchors(
        since=since,
        last_follow_up=last,
        last_of_liver=max((visit.on for visit in visits if visit.routine), default=first),
        last_of_child=max((visit.on for visit in visits if visit.child), default=first),
        clock_on=standing.clock_on or last,
        birth_date=bg.birth_date,
        failed_on=attempts.failed_on,
        target_months=target,
        latest_months=latest,
    )


def _full_series() -> tuple[int, int]:
    return _FULL.target.months, _FULL.latest.months


def _series_months(now: Snapshot, case: SurveillanceCase, bg: Background) -> tuple[int, int]:
    """Target and latest of the series, in months after the last adequate exam (A-5, A-6, A-7)."""
    target, latest = _full_series()
    if now.standing.watched_suspicion:
        latest = parameters.SURVEILLANCE_LATEST_WATCHED_SUSPICION.value
    if _is_heightened(now, case, bg):
        target = parameters.SURVEILLANCE_TARGET_HEIGHTENED.value
    elif not now.standing.is_past_first_year:
        target = parameters.SURVEILLANCE_TARGET_FIRST_YEAR.value
    return target, latest


def _is_heightened(now: Snapshot, case: SurveillanceCase, bg: Background) -> bool:
    """A-6: enhancement without washout, AFP, prior HCC, cancer, MDT watch, missed biopsy."""
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
