"""Where a lesion stands on one day: characterised, concluded what, changed, watched (3.5, 3.6).

Read from the course of the exams and the decisions in force. Ties on one day are resolved towards
danger, except where the text says 'on or after' (an MDT decision covers that day's evidence).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from surveillance.protocol import parameters
from surveillance.protocol.background import Background
from surveillance.protocol.characterisation import (
    DANGEROUS,
    WATCHABLE,
    Characterisation,
    Label,
    worst_label,
)
from surveillance.protocol.course import Course
from surveillance.protocol.dates import add_months
from surveillance.protocol.decisions import Decisions
from surveillance.protocol.sizes import is_measured_large, is_small
from surveillance.protocol.terms import BiopsyReason, Conclusion, PathologyResult
from surveillance.protocol.visits import Visit


class CharacterisationStatus(StrEnum):
    """MRI: by contrast MRI, or by another study where that is impossible, accepted or waived."""

    NOT_DONE = "NOT_DONE"
    OTHER = "OTHER"
    MRI = "MRI"


class Trigger(StrEnum):
    """A change that no contrast study has answered yet, or whose answer is the newest exam."""

    NONE = "NONE"
    UNEVALUATED = "UNEVALUATED"
    EVALUATED = "EVALUATED"


class Basis(StrEnum):
    """What stands behind an "indeterminate": a contrast study since the last change; no more than
    a signed waiver; or a suspicion that the MDT decided to watch."""

    STUDY = "STUDY"
    WAIVER = "WAIVER"
    WATCH = "WATCH"


@dataclass(frozen=True, slots=True)
class Standing:
    """`clock_on` is the start of the two-year clock; `follow_ups` are the adequate follow-ups since
    then. `last` is the last characterisation, a waiver included. `answered` are the changes whose
    contrast study is still the newest adequate exam. `unanswered` tells whether growth or new
    arterial enhancement (not AFP alone) awaits a contrast study."""

    last: Characterisation | None
    labels: tuple[Label, ...]
    label: Label | None
    conclusion: Conclusion
    status: CharacterisationStatus
    trigger: Trigger
    answered: tuple[BiopsyReason, ...]
    unanswered: bool
    clock_on: date | None
    follow_ups: tuple[Visit, ...]
    last_adequate_on: date | None
    consulted: bool
    watched_suspicion: bool
    waived_only: bool
    bg: Background
    series_is_watched: bool
    """Without a characterisation, or in a hydatid cyst, plain ultrasound serves the series."""

    @property
    def is_waived(self) -> bool:
        """A signed waiver stands in for the last characterisation."""
        return self.last is not None and self.last.is_waiver

    @property
    def basis(self) -> Basis:
        """Only what rests on a study can be closed by time (I25, I26, A-52)."""
        if self.watched_suspicion:
            return Basis.WATCH
        return Basis.WAIVER if self.waived_only else Basis.STUDY

    @property
    def is_past_first_year(self) -> bool:
        """An adequate follow-up 12 months or more after the clock began (A-5)."""
        if self.clock_on is None or not self.follow_ups:
            return False
        year = add_months(self.clock_on, parameters.FIRST_YEAR_MONTHS.value)
        return self.follow_ups[-1].on >= year


def standing_of(course: Course, decisions: Decisions, bg: Background) -> Standing:
    """Everything that the rules and windows ask about one day."""
    course = _without_idle_waivers(course, decisions, bg)
    last = course.valid[-1] if course.valid else None
    open_labels = [each for each in course.labels if not _disproved(each, decisions)]
    # a non-diagnostic biopsy makes every other conclusion indeterminate (A-34, 5.7)
    watched = () if bg.child else tuple(each for each in open_labels if _watched(each, decisions))
    labels = tuple(each for each in open_labels if each not in watched)
    label, watched_suspicion = worst_label(labels), bool(watched)
    if label is not None:
        conclusion = label.conclusion
    elif watched_suspicion or decisions.is_nondiagnostic:
        conclusion = Conclusion.INDETERMINATE
    else:
        conclusion = _conclusion(course, last, bg)
    serves = _purpose(last, label)
    clock_on = clock_start(course)
    answered = _answered(course, decisions)
    unanswered = _unanswered(course)
    return Standing(
        last=last,
        labels=labels,
        label=label,
        conclusion=conclusion,
        status=_status(course, last, conclusion, decisions, bg),
        trigger=_trigger(course, decisions, answered, unanswered),
        answered=answered,
        unanswered=unanswered,
        clock_on=clock_on,
        follow_ups=_since(course.visits, serves, clock_on),
        last_adequate_on=max((v.on for v in course.visits if getattr(v, serves)), default=None),
        consulted=_consulted(course, decisions, bg),
        watched_suspicion=watched_suspicion,
        waived_only=_waived_only(course),
        bg=bg,
        series_is_watched=serves == "watched",
    )


def clock_start(course: Course) -> date | None:
    """The first characterisation on or after the last reset (8.4); None if there is none."""
    reset_on = course.changes.reset_on
    return min(
        (each.on for each in course.valid if reset_on is None or each.on >= reset_on), default=None
    )


def _waived_only(course: Course) -> bool:
    """Since the last change, or at all, only a waiver has stood in for a contrast study."""
    changed_on = course.changes.reset_on
    standing = [each for each in course.valid if changed_on is None or each.on >= changed_on]
    return bool(standing) and all(each.is_waiver for each in standing)


def last_contrast_study(course: Course) -> Characterisation | None:
    """The last study that characterised the lesion, waivers apart."""
    return next((each for each in reversed(course.valid) if not each.is_waiver), None)


def uncertainty_persists(course: Course) -> bool:
    """A-43: at least two adequate follow-ups after the first contrast study, at least one of them
    with contrast, the last one six months or more after it."""
    first = next((each for each in course.valid if each.full and not each.is_waiver), None)
    if first is None:
        return False
    later = [visit for visit in course.visits if visit.follow_up and visit.on > first.on]
    if len({visit.on for visit in later}) < parameters.PERSISTENCE_FOLLOW_UPS.value:
        return False
    lasting = add_months(first.on, parameters.PERSISTENCE_MONTHS.value)
    return later[-1].on >= lasting and any(visit.characterises for visit in later)


def _without_idle_waivers(course: Course, decisions: Decisions, bg: Background) -> Course:
    """A waiver stands in for a contrast study that is owed; where none is, it changes nothing."""
    studies = tuple(each for each in course.valid if not each.is_waiver)
    if len(studies) == len(course.valid):
        return course
    bare = replace(course, valid=studies)
    return course if _owes_contrast(bare, decisions, bg) else bare


def _owes_contrast(course: Course, decisions: Decisions, bg: Background) -> bool:
    if not course.valid or _unanswered(course) or _afp_unanswered(course, decisions):
        return True
    last = course.valid[-1]
    status = _status(course, last, last.conclusion, decisions, bg)
    wants_mri = bg.malignancy or course.form.is_complex_cyst
    enough = status is CharacterisationStatus.MRI or not wants_mri
    return status is CharacterisationStatus.NOT_DONE or not enough


def _disproved(label: Label, decisions: Decisions) -> bool:
    """Pathology found a specific benign lesion on or after the day of the label."""
    benign = decisions.pathology is PathologyResult.BENIGN_SPECIFIC
    return benign and decisions.pathology_on is not None and decisions.pathology_on >= label.on


def _watched(label: Label, decisions: Decisions) -> bool:
    """The MDT saw it and decided to continue surveillance (A-39)."""
    watch_on = decisions.watch_on
    return label.conclusion in WATCHABLE and watch_on is not None and watch_on >= label.on


def _conclusion(course: Course, last: Characterisation | None, bg: Background) -> Conclusion:
    """Without a dangerous label: that of the last characterisation. A child's hemangioma may be
    called on any adequate exam, a label that was disproved reads as indeterminate."""
    if last is None:
        by_sight = bg.child and course.form.shown is Conclusion.HEMANGIOMA_TYPICAL
        return Conclusion.HEMANGIOMA_TYPICAL if by_sight else Conclusion.INDETERMINATE
    if last.conclusion in DANGEROUS:
        return Conclusion.INDETERMINATE
    return last.conclusion


def _status(
    course: Course,
    last: Characterisation | None,
    conclusion: Conclusion,
    decisions: Decisions,
    bg: Background,
) -> CharacterisationStatus:
    if last is None or _has_crossed(course, last, conclusion, bg):
        return CharacterisationStatus.NOT_DONE
    if bg.mri_contraindicated or _accepted(last, decisions):
        return CharacterisationStatus.MRI
    if any(each.is_contrast_mri or each.is_waiver for each in course.valid):
        return CharacterisationStatus.MRI
    return CharacterisationStatus.OTHER


def _accepted(last: Characterisation, decisions: Decisions) -> bool:
    return decisions.watch_on is not None and decisions.watch_on >= last.on


def _has_crossed(
    course: Course, last: Characterisation, conclusion: Conclusion, bg: Background
) -> bool:
    """A-37: 10 mm or more since, below it at the last characterisation, in a strict background;
    a proved hemangioma and a complex cyst have their own rules."""
    exempt = conclusion is Conclusion.HEMANGIOMA_TYPICAL or course.form.is_complex_cyst
    return (
        bg.strict
        and not exempt
        and is_measured_large(course.size_mm)
        and is_small(last.size_mm)
        and _is_after(course.size_on or last.on, last.on)
    )


def _trigger(
    course: Course,
    decisions: Decisions,
    answered: tuple[BiopsyReason, ...],
    unanswered: bool,
) -> Trigger:
    if unanswered or _afp_unanswered(course, decisions):
        return Trigger.UNEVALUATED
    return Trigger.EVALUATED if answered else Trigger.NONE


def _unanswered(course: Course) -> bool:
    """Growth, or enhancement new on a study that does not characterise, awaits contrast."""
    changed_on = course.changes.reset_on
    return changed_on is not None and _is_after(changed_on, _last_full_on(course))


def _afp_unanswered(course: Course, decisions: Decisions) -> bool:
    """A raised AFP later than the last contrast study and the last MDT decision (A-49)."""
    raised_on = decisions.raised_afp_on
    return (
        raised_on is not None
        and _is_after(raised_on, _last_full_on(course))
        and _is_after(raised_on, decisions.mdt_on)
    )


def _is_after(day: date, other: date | None) -> bool:
    return other is None or day > other


def _last_full_on(course: Course) -> date | None:
    return max((each.on for each in course.valid if each.full), default=None)


def _answered(course: Course, decisions: Decisions) -> tuple[BiopsyReason, ...]:
    events = (
        (BiopsyReason.GROWTH, course.changes.growth_on),
        (BiopsyReason.NEW_APHE, course.changes.new_aphe_on),
    )
    return tuple(
        reason
        for reason, changed_on in events
        if changed_on is not None and _answer_is_newest(course, changed_on, decisions)
    )


def _answer_is_newest(course: Course, changed_on: date, decisions: Decisions) -> bool:
    """The first contrast study since the change is still the newest adequate exam, and nobody
    has decided or failed to diagnose since."""
    studies = [each.on for each in course.valid if each.full and not each.is_waiver]
    answer_on = min((on for on in studies if on >= changed_on), default=None)
    if answer_on is None:
        return False
    newest = max([visit.on for visit in course.visits if visit.follow_up] + studies)
    missed = decisions.pathology is PathologyResult.NONDIAGNOSTIC
    later = [decisions.mdt_on, decisions.pathology_on if missed else None]
    settled = any(day is not None and day > answer_on for day in later)
    return newest <= answer_on and not settled


def _purpose(last: Characterisation | None, label: Label | None) -> str:
    """Which flag of a visit counts in the series: without a characterisation, ultrasound does."""
    is_hydatid = label is not None and label.conclusion is Conclusion.HYDATID_SUSPECTED
    is_waived = last is not None and last.is_waiver
    return "watched" if is_hydatid or is_waived else "follow_up"


def _since(visits: Iterable[Visit], serves: str, clock_on: date | None) -> tuple[Visit, ...]:
    if clock_on is None:
        return ()
    return tuple(visit for visit in visits if visit.on > clock_on and getattr(visit, serves))


def _consulted(course: Course, decisions: Decisions, bg: Background) -> bool:
    """The MDT decided to watch on or after every item of evidence (3.6)."""
    watch_on = decisions.watch_on
    if watch_on is None:
        return False
    evidence = [
        course.first_exam_on,
        course.form.kind_changed_on,
        course.changes.growth_on,
        course.changes.new_aphe_on,
        decisions.raised_afp_on,
        decisions.afp_high_for_age_on if bg.child else None,
        *(each.on for each in course.valid if not each.is_waiver),
        *(label.on for label in course.labels),
    ]
    return all(each is None or watch_on >= each for each in evidence)
