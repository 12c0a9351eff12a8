"""Does an exam settle the imaging that was owed? The test that also replays the history (8.3)."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from surveillance.protocol import parameters
from surveillance.protocol.background import Background, background_of
from surveillance.protocol.characterisation import confirms_isolation, is_categorised
from surveillance.protocol.facts import ExamFacts, SurveillanceCase
from surveillance.protocol.imaging_needs import (
    CONTRAST_KINDS,
    IMAGING_KINDS,
    ImagingNeed,
    settles,
)
from surveillance.protocol.needs import Needs, need_of_kind, needs_after
from surveillance.protocol.recommendation import Window
from surveillance.protocol.replay import Snapshot, replay
from surveillance.protocol.studies import Study, report_key, study_of
from surveillance.protocol.terms import (
    Conclusion,
    LesionKind,
    Modality,
    ObligationKind,
    RecommendationKind,
    VisualisationScore,
)
from surveillance.protocol.visits import Visit, visit_of


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """`reason` is a sentence for the record, also when the exam does not fulfil."""

    fulfilled: bool
    reason: str


@dataclass(frozen=True, slots=True)
class _Before:
    """The last day with news before the exam, and what the rest of the history leaves owed."""

    eve: Snapshot | None
    now: Snapshot
    needs: Needs


def fulfils(
    exam: ExamFacts,
    case: SurveillanceCase,
    obligation_kind: ObligationKind,
    recommendation: RecommendationKind,
    window: Window,
) -> Fulfilment:
    """Does `exam` settle the obligation (8.2, 8.3)? `case` may or may not hold the exam already.

    Exams never settle a referral or a review. An exam is judged by what was known before its day,
    and must not be older than the need.
    """
    if obligation_kind is not ObligationKind.IMAGING or recommendation not in IMAGING_KINDS:
        return Fulfilment(False, "An exam settles imaging only, never a referral or a review.")
    key = report_key(exam)
    rows = [row for row in case.exams if report_key(row) == key and row != exam]
    study = study_of([exam, *rows])
    problem = _problem(study)
    if problem:
        return Fulfilment(False, problem)
    others = replace(case, exams=tuple(row for row in case.exams if report_key(row) != key))
    before, bg = _before(others, study.on), background_of(case)
    if before is None:
        return Fulfilment(False, "There was no exam before this one from which it was owed.")
    need = need_of_kind(recommendation, window, before.now, before.needs, others)
    return _judged(study, _visit(study, before.eve, bg, case), need, bg)


def could_settle(
    modality: Modality, case: SurveillanceCase, recommendation: RecommendationKind, window: Window
) -> bool:
    """Could an exam by that modality settle the imaging, if it were adequate and found the lesion
    as an isolated calcification (8.2, 3.5)? True also where nothing is on file to judge by."""
    before, bg = _before(case, date.max), background_of(case)
    if recommendation not in IMAGING_KINDS or before is None:
        return True
    need = need_of_kind(recommendation, window, before.now, before.needs, case)
    exam = ExamFacts(
        on=max(window.latest, need.check_from),
        modality=modality,
        size_mm=parameters.SMALLEST_PLAUSIBLE_SIZE.value,
        conclusion=Conclusion.ISOLATED_CALCIFICATION,
    )
    visit = _visit(study_of([exam]), before.now, bg, case)
    return settles(visit, replace(need, immediate=False), bg)


def _problem(study: Study) -> str:
    """Why this exam settles nothing, whatever was owed; empty if it may."""
    if not study.final:
        return "The report is not signed yet."
    if study.vis is VisualisationScore.C:
        return "Visualisation was severely limited (VIS-C): the exam does not fulfil."
    if not study.adequate:
        return "The exam was not adequate for this lesion: it does not fulfil."
    if not is_categorised(study):
        return "The exam could not be categorised (LR-NC): it does not fulfil."
    return ""


def _before(case: SurveillanceCase, day: date) -> _Before | None:
    """None without any other exam."""
    if not case.exams:
        return None
    bg = background_of(case)
    eve, now, needs = None, None, None
    for snapshot in replay(case, bg):
        now, needs = snapshot, needs_after(needs, snapshot, case)
        if snapshot.day < day:
            eve = snapshot
    assert now is not None
    assert needs is not None
    return _Before(eve, now, needs)


def _visit(study: Study, eve: Snapshot | None, bg: Background, case: SurveillanceCase) -> Visit:
    size: Decimal | None = eve.course.size_mm if eve else None
    kind: LesionKind = study.kind or (eve.course.form.kind if eve else case.lesion.kind)
    return visit_of(
        study,
        bg,
        size_before=size,
        confirms=confirms_isolation(study, bg, kind),
    )


def _judged(study: Study, visit: Visit, need: ImagingNeed, bg: Background) -> Fulfilment:
    if _is_older(study, need):
        since = need.anchor.isoformat()
        return Fulfilment(False, f"The exam is not later than the need, which began {since}.")
    if settles(visit, need, bg):
        return Fulfilment(True, f"{study.modality.label} of {study.on.isoformat()} fulfils it.")
    return Fulfilment(False, _why_not(study, visit, need))


def _is_older(study: Study, need: ImagingNeed) -> bool:
    """A contrast study may be of the day on which the need arose; a follow-up is later."""
    if need.kind in CONTRAST_KINDS:
        return study.on < need.anchor
    return study.on <= need.anchor


def _why_not(study: Study, visit: Visit, need: ImagingNeed) -> str:
    if need.immediate:
        return "Signs of heart failure are on record: the need lasts until they are resolved."
    if need.kind is RecommendationKind.SINGLE_CHECK_6M and getattr(visit, need.purpose):
        if study.on < need.check_from:
            day = need.check_from.isoformat()
            return f"Too early: the single check counts from {day} on; its date stands."
        return "With a known cancer the single check is an MRI with contrast."
    if need.purpose == "routine" and not study.whole_liver:
        return "Routine surveillance needs an exam that covers the whole liver."
    if need.kind not in CONTRAST_KINDS and not study.lesion_seen:
        return "The lesion was not seen: the exam does not fulfil."
    if need.kind not in CONTRAST_KINDS and study.size_mm is None:
        return "The lesion was not measured: the exam does not fulfil."
    return f"{study.modality.label} is not the modality that this need asks for."
