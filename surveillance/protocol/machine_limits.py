"""What text read by machine may not do: see a danger, lower one, or let anybody out.

Coded findings of the sender are not so limited.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from surveillance.protocol import parameters
from surveillance.protocol.exam_of_report import last_size
from surveillance.protocol.facts import ExamFacts, SurveillanceCase
from surveillance.protocol.growth import FAMILY_OF, Measurement, has_grown
from surveillance.protocol.imaging_needs import CONTRAST_KINDS
from surveillance.protocol.incoming import Reason
from surveillance.protocol.recommend import recommend
from surveillance.protocol.recommendation import Recommendation
from surveillance.protocol.report_reader.reading import (
    Assertion,
    Change,
    LesionStatement,
    ReportReading,
)
from surveillance.protocol.terms import (
    Conclusion,
    EscalationClass,
    Isolation,
    LesionKind,
    LiRads,
    ObligationKind,
    RecommendationKind,
    Tri,
)

DANGEROUS_CONCLUSIONS: Final = frozenset(
    {
        Conclusion.SUSPICIOUS_HCC,
        Conclusion.MALIGNANT_NON_HCC,
        Conclusion.MCN_SUSPECTED,
        Conclusion.HYDATID_SUSPECTED,
    }
)
DANGEROUS_CATEGORIES: Final = frozenset(
    {LiRads.LR_4, LiRads.LR_5, LiRads.LR_M, LiRads.LR_TIV, LiRads.US_3}
)
SIZE_LIMITS: Final = (parameters.LARGE_FROM.value, parameters.LI_RADS_TWENTY.value)
"""Millimetres at which what is owed changes."""
ASCENDING: Final = tuple(EscalationClass)

_GROWN = Reason("text_says_growth", "The text says that the lesion grew.")
_NEW = Reason("text_says_new", "The text speaks of a new lesion.")
_GONE = Reason("text_says_gone", "The text says that the lesion is gone: a person confirms that.")
_SUSPICIOUS = Reason("text_is_suspicious", "The text names a suspicious finding.")
_ENHANCES = Reason("text_says_enhancement", "The text speaks of arterial enhancement or washout.")
_DOUBTFUL = Reason("text_is_uncertain", "The text is not sure of what it describes.")
_OTHER_KIND = Reason("text_says_other_kind", "The text calls the lesion something else.")


def text_dangers(reading: ReportReading) -> tuple[Reason, ...]:
    """What the text says of any lesion that a person must see; denied and past things apart."""
    present = (Assertion.AFFIRMED, Assertion.UNCERTAIN)
    found = [one for one in reading.lesions if one.assertion in present]
    told = [reason for statement in found for reason in _dangers(statement)]
    return tuple(dict.fromkeys(told))


def dangers_beside(
    coded: ExamFacts, reading: ReportReading, case: SurveillanceCase
) -> tuple[Reason, ...]:
    """What the text names and the sender's coded finding does not."""
    if is_dangerous(coded):
        return ()
    before, now = last_size(case), coded.size_mm
    told = {_DOUBTFUL}
    if before is not None and now is not None and now > before:
        told.add(_GROWN)
    return tuple(reason for reason in text_dangers(reading) if reason not in told)


def _dangers(statement: LesionStatement) -> Iterator[Reason]:
    if statement.change is Change.GROWN:
        yield _GROWN
    if statement.change is Change.NEW:
        yield _NEW
    is_suspicious = statement.conclusion in DANGEROUS_CONCLUSIONS
    if is_suspicious or statement.lirads in DANGEROUS_CATEGORIES:
        yield _SUSPICIOUS
    if Tri.YES in (statement.aphe, statement.washout):
        yield _ENHANCES
    if statement.assertion is Assertion.UNCERTAIN or statement.isolation is Isolation.UNCERTAIN:
        yield _DOUBTFUL


def is_dangerous(exam: ExamFacts) -> bool:
    """Whether the facts of one exam alone call for somebody's eyes at once."""
    return (
        exam.conclusion in DANGEROUS_CONCLUSIONS
        or exam.lirads in DANGEROUS_CATEGORIES
        or Tri.YES in (exam.aphe, exam.washout)
    )


def text_limits(
    statement: LesionStatement, exam: ExamFacts, case: SurveillanceCase
) -> tuple[Reason, ...]:
    """Why `exam`, taken from the statement of a text, may not go on file without a person."""
    return (
        *_change_limits(statement, case),
        *size_limits(exam, case),
        *_what_would_change(exam, case),
    )


def _change_limits(statement: LesionStatement, case: SurveillanceCase) -> Iterator[Reason]:
    if statement.change is Change.GONE:
        yield _GONE
    known = (LesionKind.UNKNOWN, None)
    if statement.kind not in (case.lesion.kind, *known) and case.lesion.kind not in known:
        yield _OTHER_KIND


def size_limits(exam: ExamFacts, case: SurveillanceCase) -> Iterator[Reason]:
    """A size at another side of a limit than the last one, or far from it in either direction."""
    before, now = last_size(case), exam.size_mm
    if before is None or now is None:
        return
    for limit in SIZE_LIMITS:
        if (before < limit) is not (now < limit):
            words = f"The size read, {now} mm, lies across {limit} mm from the last, {before} mm."
            yield Reason("size_crosses_limit", words)
    if _differs(before, now, exam):
        words = f"The size read, {now} mm, is far from the last one, {before} mm."
        yield Reason("size_differs", words)


def _differs(before: Decimal, now: Decimal, exam: ExamFacts) -> bool:
    family = FAMILY_OF.get(exam.modality)
    if family is None:
        return False
    return any(
        has_grown(Measurement(exam.on, family, large), [(family, small)])
        for large, small in ((now, before), (before, now))
    )


def _what_would_change(exam: ExamFacts, case: SurveillanceCase) -> Iterator[Reason]:
    before = recommend(case)
    after = recommend(replace(case, exams=(*case.exams, exam)))
    if after.stop or not after.obligations:
        yield Reason("would_end_surveillance", "With it nothing more would be owed.")
        return
    if _rank(after) < _rank(before):
        yield Reason("would_lower_class", "With it the lesion would count as less dangerous.")
    if _asks(before) - _asks(after):
        yield Reason("would_end_referral", "With it a referral or a review would fall away.")
    if not _is_next_step(before.kind, after.kind):
        yield Reason(
            "would_change_plan", f"With it the plan would be: {after.rule_title.rstrip('.')}."
        )


def _rank(answer: Recommendation) -> int:
    return ASCENDING.index(answer.escalation_class)


def _asks(answer: Recommendation) -> set[ObligationKind]:
    return {one.kind for one in answer.obligations} - {ObligationKind.IMAGING}


def _is_next_step(before: RecommendationKind, after: RecommendationKind) -> bool:
    """The same again, or from characterisation into surveillance."""
    is_watched = after is RecommendationKind.SURVEILLANCE_IMAGING
    return before is after or (before in CONTRAST_KINDS and is_watched)
