"""The history of a lesion, day by day: what was known, and which rule answered it.

A need begins on the day on which its rule first answered and lasts while it does, so the past is
replayed rather than stored (8.1). Only days on which something happened are visited.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from surveillance.protocol.background import Background, adult_from, background_on
from surveillance.protocol.course import Course, Day, course_after, course_at_detection
from surveillance.protocol.decisions import Decisions, decisions_on
from surveillance.protocol.facts import SurveillanceCase
from surveillance.protocol.rules.rule import Rule
from surveillance.protocol.rules.table import rule_for
from surveillance.protocol.standing import Standing, standing_of
from surveillance.protocol.state import CaseState, state_of
from surveillance.protocol.studies import Study, studies_of


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was known at the end of `day`, and the rule that answers it."""

    day: date
    course: Course
    decisions: Decisions
    standing: Standing
    state: CaseState
    rule: Rule
    bg: Background
    decided_today: bool
    referral_answered_today: bool


def replay(
    case: SurveillanceCase, bg: Background, studies: tuple[Study, ...] | None = None
) -> Iterator[Snapshot]:
    """One snapshot for each day with news, oldest first. The case is active with usable data;
    `studies` are those of its exams, where they have been read already. Reports are read as for
    the age group of today, rules answer as for the age group of their day."""
    studies = studies_of(case.exams) if studies is None else studies
    course = course_at_detection(case.lesion)
    for day in days_with_news(case, studies):
        today = tuple(study for study in studies if study.on == day)
        bg_then = background_on(bg, day)
        decisions = decisions_on(case, day, bg_then)
        course = course_after(course, Day(day, today), case, bg)
        yield _snapshot(case, day, course, decisions, bg_then)


def days_with_news(case: SurveillanceCase, studies: tuple[Study, ...]) -> tuple[date, ...]:
    """Days from the first exam to the as-of day on which a fact came into force or lapsed."""
    lesion = case.lesion
    days = {study.on for study in studies}
    first = min(days)
    days.update(each.on for each in case.patient.afp)
    days.update(each.on for each in lesion.pathology)
    days.update(each.on for each in lesion.mdt_decisions)
    days.update(each.on for each in lesion.waivers)
    days.update(each.on for each in lesion.symptoms)
    days.update(each.until + timedelta(days=1) for each in lesion.waivers if each.until)
    if case.patient.birth_date is not None:
        days.add(adult_from(case.patient.birth_date))
    if case.patient.cardiac_failure_signs_on is not None:
        days.add(case.patient.cardiac_failure_signs_on)
    return tuple(sorted(day for day in days if first <= day <= case.as_of))


def _snapshot(
    case: SurveillanceCase, day: date, course: Course, decisions: Decisions, bg: Background
) -> Snapshot:
    standing = standing_of(course, decisions, bg)
    state = state_of(case, day, course, decisions, standing)
    lesion = case.lesion
    conclusive = decisions.pathology_on == day and not decisions.is_nondiagnostic
    met = decisions.mdt_on == day
    waived = any(waiver.on == day for waiver in lesion.waivers)
    return Snapshot(
        day=day,
        course=course,
        decisions=decisions,
        standing=standing,
        state=state,
        rule=rule_for(state),
        bg=bg,
        decided_today=met or waived or (conclusive and decisions.is_benign),
        referral_answered_today=met or conclusive,
    )
