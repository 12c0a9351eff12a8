"""Which open follow-ups does an incoming report answer, and why (clinical.md 8.2, 8.3, 8.8)?

CERTAIN closes by itself, LIKELY is put to a person, NO says why not. Nothing is certain that
`fulfils` does not confirm, so an inadequate study never closes anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from surveillance.protocol.exam_of_report import (
    adequacy_of,
    at_its_best,
    bare_exam,
    exam_of,
    names_the_liver,
    taken_from_text,
)
from surveillance.protocol.facts import ExamFacts
from surveillance.protocol.fulfilment import Fulfilment, fulfils
from surveillance.protocol.identity import Identity
from surveillance.protocol.incoming import (
    IncomingReport,
    LesionMatch,
    LesionOnFile,
    OwedImaging,
    Question,
    Reason,
    Source,
    Verdict,
)
from surveillance.protocol.machine_limits import (
    dangers_beside,
    is_dangerous,
    text_dangers,
    text_limits,
)
from surveillance.protocol.procedure_words import says_not_done
from surveillance.protocol.recommend import recommend
from surveillance.protocol.terms import ObligationKind, Risk
from surveillance.protocol.which_lesion import About, about, statements_of, unplaced

NOT_FINAL = Reason("report_not_final", "The report is preliminary: only a signed one answers.")
NOT_ADEQUATE = Reason("exam_not_adequate", "The sender says that the exam was not adequate.")
OTHER_REGION = Reason("other_region", "The exam names another region than liver or abdomen.")
NOT_DONE = Reason("exam_not_done", "The words for the exam say that it was not finished.")
NOT_READ = Reason(
    "text_not_wholly_read", "The text says more than a machine reads with certainty: read it."
)
NOT_ENGLISH = Reason(
    "text_not_understood", "The text is not in English, so no machine reads it: read it."
)
REFUSED = Reason("refused_before", "A person decided before that this exam does not answer it.")
NOTHING_OWED = Reason("no_imaging_owed", "No imaging of this lesion is owed at present.")


@dataclass(frozen=True, slots=True)
class _Thought:
    """What is known of one lesion before the verdict. `filed` is `exam` as it may go on file."""

    question: Question
    about: About
    source: Source
    exam: ExamFacts | None
    filed: ExamFacts | None

    @property
    def report(self) -> IncomingReport:
        return self.question.report

    @property
    def lesion(self) -> LesionOnFile:
        return self.question.lesion


def reconcile(
    report: IncomingReport, identity: Identity, lesions: Sequence[LesionOnFile]
) -> tuple[LesionMatch, ...]:
    """One verdict per lesion, in their order. `lesions` are all of the patient, told without the
    exam in question. With a contradicting identity nothing is certain and nothing is recorded."""
    on_file = tuple(lesions)
    return tuple(_match(_thought(Question(report, identity, one, on_file))) for one in on_file)


def _thought(question: Question) -> _Thought:
    report = question.report
    said = about(question.lesion, report, question.on_file)
    exam = exam_of(said, report)
    if said.told is not None:
        return _Thought(question, said, Source.CODED, exam, exam)
    if adequacy_of(report) is False and report.modality is not None:
        stated = bare_exam(report, report.modality)
        return _Thought(question, said, Source.STATED, exam or stated, stated)
    if said.statement is not None:
        return _Thought(question, said, Source.TEXT, exam, taken_from_text(exam) if exam else None)
    return _Thought(question, said, Source.NOTHING, None, None)


def _match(thought: _Thought) -> LesionMatch:
    blocks, doubts = tuple(_blocks(thought)), tuple(_doubts(thought))
    dangers = tuple(_dangers(thought))
    answer = _answer(thought.filed, thought.lesion)
    is_certain = bool(answer and answer.fulfilled) and not (blocks or doubts or dangers)
    is_recorded = is_certain or (bool(blocks and not dangers) and _is_taken_over(thought))
    if thought.source is Source.CODED and not is_recorded:
        dangers += tuple(_coded_danger(thought))
    against = tuple(dict.fromkeys((*blocks, *doubts, *dangers)))
    if answer is not None and not answer.fulfilled and not blocks:
        against = (*against, Reason("not_fulfilled", answer.reason))
    statement = thought.about.statement
    return LesionMatch(
        lesion=thought.lesion.key,
        verdict=_verdict(blocks, dangers, is_certain=is_certain),
        source=thought.source,
        exam=thought.filed if is_recorded else thought.exam,
        is_recorded=is_recorded,
        reasons_for=tuple(_grounds(thought, answer)),
        reasons_against=against,
        relied_on=statement.sentences if statement is not None else (),
    )


def _verdict(
    blocks: tuple[Reason, ...], dangers: tuple[Reason, ...], *, is_certain: bool
) -> Verdict:
    """A danger that does not go on file by itself is always put to a person."""
    if is_certain:
        return Verdict.CERTAIN
    return Verdict.NO if blocks and not dangers else Verdict.LIKELY


def _is_taken_over(thought: _Thought) -> bool:
    """Whether what the sender coded or stated goes on file although it closes nothing: person,
    lesion, region and adequacy are known. An attempt counts where an exam was owed (8.2)."""
    report = thought.report
    is_known = (
        thought.question.identity is Identity.AGREES
        and thought.filed is not None
        and adequacy_of(report) is not None
        and names_the_liver(report) is not False
    )
    if thought.source is Source.STATED:
        return is_known and report.is_final and thought.lesion.owed is not None
    return is_known and thought.source is Source.CODED


def _blocks(thought: _Thought) -> Iterator[Reason]:
    """Why no person either could let this report answer the follow-up."""
    report, lesion = thought.report, thought.lesion
    if not report.is_final:
        yield NOT_FINAL
    if adequacy_of(report) is False:
        yield NOT_ADEQUATE
    if names_the_liver(report) is False and thought.about == About():
        yield OTHER_REGION
    if lesion.owed is None:
        yield NOTHING_OWED
    elif report.modality is not None:
        best = _judged(at_its_best(thought.exam, report, lesion.case), lesion, lesion.owed)
        if not best.fulfilled:
            yield Reason("cannot_fulfil", best.reason)


def _doubts(thought: _Thought) -> Iterator[Reason]:
    """What a person must clear up first."""
    yield from _doubts_of_person(thought.question.identity)
    yield from _doubts_of_exam(thought.report)
    if thought.lesion.is_refused:
        yield REFUSED
    if thought.report.alarms or (thought.report.not_read and _must_be_read_whole(thought)):
        yield NOT_READ
    if thought.source is Source.NOTHING:
        yield _lesion_doubt(thought)
    statement = thought.about.statement
    if thought.source is Source.TEXT and thought.filed is not None and statement is not None:
        yield from text_limits(statement, thought.filed, thought.lesion.case)


def _must_be_read_whole(thought: _Thought) -> bool:
    """Whether one sentence that is not understood is enough to ask a person: for whatever is read
    in a text, and for every lesion that is not of low risk, also where its finding was coded."""
    risk = recommend(thought.lesion.case).risk
    return thought.source is Source.TEXT or risk is not Risk.LOW_RISK


def _doubts_of_person(identity: Identity) -> Iterator[Reason]:
    if identity is Identity.CONTRADICTS:
        yield Reason("identity_contradicts", "Name or birth date differ from the record.")
    if identity is Identity.NUMBER_ONLY:
        yield Reason("identity_by_number_only", "Only the record number says who it is.")


def _doubts_of_exam(report: IncomingReport) -> Iterator[Reason]:
    if names_the_liver(report) is None:
        yield Reason("region_not_named", "The report does not say which region was examined.")
    if names_the_liver(report) is False:
        yield OTHER_REGION
    if says_not_done(report.anatomy):
        yield NOT_DONE
    if report.modality is None:
        yield Reason("modality_unknown", "The kind of exam is not known.")
    if adequacy_of(report) is None:
        yield _adequacy_doubt(report)


def _adequacy_doubt(report: IncomingReport) -> Reason:
    if report.reading.limits and not report.reading.is_understood:
        return NOT_ENGLISH
    if report.reading.limits or report.reading.vis:
        return Reason("text_names_limits", "The text says that the exam was limited.")
    return Reason("adequacy_not_said", "The report does not say whether the exam was adequate.")


def _lesion_doubt(thought: _Thought) -> Reason:
    number = len(statements_of(thought.report))
    if thought.report.told or number == 0:
        return Reason("lesion_not_described", "No finding is coded or read that is of this lesion.")
    spoken_of = "another lesion" if number == 1 else f"{number} lesions"
    words = f"The text may speak of {spoken_of}: which is this one is not certain."
    return Reason("which_lesion", words)


def _dangers(thought: _Thought) -> Iterator[Reason]:
    """What must not be filed away unseen."""
    reading, on_file = thought.report.reading, thought.question.on_file
    if thought.source is Source.CODED and thought.exam is not None:
        yield from dangers_beside(thought.exam, reading, thought.lesion.case)
    else:
        yield from text_dangers(reading)
    if unplaced(thought.report, on_file):
        yield Reason("coded_elsewhere", "A coded finding may be of another lesion, or a new one.")


def _coded_danger(thought: _Thought) -> Iterator[Reason]:
    if thought.exam is None or is_dangerous(thought.exam):
        yield Reason("coded_is_suspicious", "What the sender coded must be seen by a person.")


def _answer(exam: ExamFacts | None, lesion: LesionOnFile) -> Fulfilment | None:
    if exam is None or lesion.owed is None:
        return None
    return _judged(exam, lesion, lesion.owed)


def _judged(exam: ExamFacts, lesion: LesionOnFile, owed: OwedImaging) -> Fulfilment:
    return fulfils(exam, lesion.case, ObligationKind.IMAGING, owed.recommendation, owed.window)


def _grounds(thought: _Thought, answer: Fulfilment | None) -> Iterator[Reason]:
    """What speaks for it."""
    report = thought.report
    if thought.question.identity is Identity.AGREES:
        yield Reason("identity_agrees", "Record number and name or birth date agree.")
    if names_the_liver(report):
        yield Reason("region_is_liver", f"Examined: {report.anatomy.strip()}.")
    if report.is_final:
        yield Reason("report_is_final", "The report is signed.")
    if thought.source is Source.CODED:
        yield Reason("coded_by_sender", "The sender coded a finding of this very lesion.")
    if thought.about.statement is not None:
        yield Reason("read_in_text", "The text describes one lesion, and it can be only this one.")
    if answer is not None and answer.fulfilled:
        yield Reason("fulfils", answer.reason)
