"""What an incoming report says of one lesion, as the facts that would go on file."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Final

from surveillance.protocol import parameters
from surveillance.protocol.facts import ExamFacts, SurveillanceCase
from surveillance.protocol.incoming import IncomingReport
from surveillance.protocol.liver_words import names_liver_or_abdomen
from surveillance.protocol.procedure_words import are_plain
from surveillance.protocol.report_reader.reading import Change, LesionStatement
from surveillance.protocol.terms import Conclusion, LiRads, Modality, Tri, VisualisationScore
from surveillance.protocol.which_lesion import About, statements_of

PARTIAL_WORDS: Final = re.compile(
    r"limited|focus(s)?ed|targeted|bedside|point[- ]of[- ]care|\bpocus\b|spot", re.IGNORECASE
)


def names_the_liver(report: IncomingReport) -> bool | None:
    """Whether procedure and body site name liver or abdomen. None: they name nothing."""
    words = report.anatomy.strip()
    return names_liver_or_abdomen(words) if words else None


def adequacy_of(report: IncomingReport) -> bool | None:
    """Adequate as the sender says; else yes, if the text speaks of a lesion, names no limit and is
    read to the last word, and the words for the exam say nothing beside its kind and region.

    None: not known. A limit read by machine is a doubt, never a verdict, and a sender's "adequate"
    beside such a limit is one as well.
    """
    if report.adequate is False or report.vis is VisualisationScore.C:
        return False
    reading = report.reading
    if reading.limits or reading.vis is VisualisationScore.C:
        return None
    if report.adequate is True:
        return True
    is_clear = not report.not_read and are_plain(report.anatomy)
    return True if is_clear and statements_of(report) else None


def exam_of(about: About, report: IncomingReport) -> ExamFacts | None:
    """The facts that the report tells of the lesion; None where it tells none or no modality."""
    if report.modality is None:
        return None
    if about.told is not None:
        return replace(bare_exam(report, report.modality), **about.told.values)
    if about.statement is not None:
        return _from_text(about.statement, bare_exam(report, report.modality))
    return None


def taken_from_text(exam: ExamFacts) -> ExamFacts:
    """Of what a machine read, that which can move the chain on and never reassure.

    Size, and what keeps the lesion where it is: no conclusion but "indeterminate", no category but
    LR-3; no kind, isolation or pattern, which could let somebody out later.
    """
    kept = exam.conclusion if exam.conclusion is Conclusion.INDETERMINATE else None
    category = exam.lirads if exam.lirads is LiRads.LR_3 else None
    return replace(exam, conclusion=kept, lirads=category, kind=None, isolation=None, pattern=None)


def at_its_best(
    exam: ExamFacts | None, report: IncomingReport, case: SurveillanceCase
) -> ExamFacts:
    """The same exam if a person found everything that the report leaves open in order."""
    assert report.modality is not None
    seen = exam or bare_exam(report, report.modality)
    is_silent = seen.conclusion is None and seen.lirads is None
    return replace(
        seen,
        adequate=True,
        final=True,
        vis=None,
        lesion_seen=True,
        whole_liver=True,
        size_mm=seen.size_mm or last_size(case) or parameters.SMALLEST_PLAUSIBLE_SIZE.value,
        conclusion=Conclusion.INDETERMINATE if is_silent else seen.conclusion,
    )


def last_size(case: SurveillanceCase) -> Decimal | None:
    """The newest adequate size on file, in millimetres."""
    measured = [exam for exam in case.exams if exam.size_mm is not None and exam.adequate]
    return max(measured, key=lambda exam: exam.on).size_mm if measured else None


def bare_exam(report: IncomingReport, modality: Modality) -> ExamFacts:
    """The exam as if it said nothing of any lesion."""
    covers = report.whole_liver
    return ExamFacts(
        on=report.on,
        modality=modality,
        adequate=adequacy_of(report) is True,
        vis=report.vis,
        whole_liver=not PARTIAL_WORDS.search(report.anatomy) if covers is None else covers,
        final=report.is_final,
        ref=report.ref,
    )


def _from_text(statement: LesionStatement, bare: ExamFacts) -> ExamFacts:
    is_gone = statement.change is Change.GONE
    return replace(
        bare,
        lesion_seen=not is_gone,
        size_mm=None if is_gone else statement.size_mm,
        aphe=statement.aphe or Tri.UNKNOWN,
        washout=statement.washout or Tri.UNKNOWN,
        capsule=statement.capsule or Tri.UNKNOWN,
        conclusion=statement.conclusion,
        lirads=statement.lirads,
        kind=statement.kind,
        isolation=statement.isolation,
        pattern=statement.pattern,
    )
