"""A match in plain words: what speaks for and against it, and the text with its places marked."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from surveillance.models import ExamDocument, ExamMatch, ExamMatchAnswer, MatchAnswer
from surveillance.protocol.incoming import Source, Verdict
from surveillance.protocol.terms import Modality
from surveillance.said_again import said_again
from surveillance.web.match_words import reason_said, told_words
from surveillance.web.protocol_words import Said
from surveillance.web.queue_rows import owed_words
from surveillance.web.wording import (
    Tag,
    date_words,
    label_of,
    lesion_words,
    moment_words,
    name_of_patient,
    name_of_user,
)

DANGERS = {
    "text_says_growth",
    "text_says_new",
    "text_is_suspicious",
    "text_says_enhancement",
    "coded_is_suspicious",
}
"""Reasons against that a person must see first."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the report's text; `is_marked`: the finding was read here."""

    text: str
    is_marked: bool


@dataclass(frozen=True, slots=True)
class MatchRow:
    """One match in a list."""

    url: str
    patient: str
    patient_url: str
    mrn: str
    lesion: str
    owed: str
    exam: str
    decided: str
    state: Tag
    undo_url: str
    audit_url: str


@dataclass(frozen=True, slots=True)
class MatchDetail:
    """One match on its page."""

    heading: str
    exam: str
    owed: str
    lesion: str
    source: str
    told: str
    withdrawn: str
    reasons_for: tuple[Said, ...]
    reasons_against: tuple[Said, ...]
    pieces: tuple[Piece, ...]
    is_marked: bool
    reporter: str
    evidence: str
    document_url: str
    state: Tag
    answers: tuple[str, ...]


def match_row(match: ExamMatch) -> MatchRow:
    """`match` comes with patient, site, lesion, follow-up, exam, item and answers."""
    audited = [one for one in match.answers.all() if one.answer != MatchAnswer.CONFIRMED]
    is_closed = match.verdict == Verdict.CERTAIN and not audited
    is_standing = match.exam is not None and match.exam.retracted_at is None
    return MatchRow(
        url=reverse("exam_match", args=[match.pk]),
        patient=name_of_patient(match.patient),
        patient_url=reverse("patient", args=[match.patient_id]),
        mrn=match.patient.mrn,
        lesion=lesion_words(match.lesion),
        owed=_owed(match),
        exam=exam_words(match),
        decided=moment_words(match.decided_at, match.site),
        state=state_of(match),
        undo_url=_address("exam_match_undo", match, is_closed and is_standing),
        audit_url=_address("exam_match_audit", match, is_closed and is_standing),
    )


def _address(name: str, match: ExamMatch, is_offered: bool) -> str:
    return reverse(name, args=[match.pk]) if is_offered else ""


def _owed(match: ExamMatch) -> str:
    return owed_words(match.follow_up) if match.follow_up else _("nothing owed at present")


def exam_words(match: ExamMatch) -> str:
    """'CT, multiphase, 3 Mar 2026'; of an exam that is not on file what was received of it."""
    if match.exam is not None:
        kind = label_of(Modality, match.exam.modality)
        return f"{kind}, {date_words(match.exam.performed_on)}"
    told = match.item.content.get("procedure", "")
    return told or _("Exam of unknown kind")


def state_of(match: ExamMatch) -> Tag:
    """Where it stands, in a word or two."""
    by_answer = {one.answer for one in match.answers.all()}
    if by_answer & {MatchAnswer.UNDONE, MatchAnswer.AUDITED_WRONG}:
        return Tag(_("Undone"), "overdue")
    if MatchAnswer.CONFIRMED in by_answer:
        return Tag(_("Confirmed"), "good")
    if MatchAnswer.REJECTED in by_answer:
        return Tag(_("Rejected"), "quiet")
    if _is_withdrawn(match):
        return Tag(_("Withdrawn since"), "quiet")
    if match.verdict == Verdict.CERTAIN:
        return Tag(_("Closed by itself"), "good")
    if match.verdict == Verdict.NO:
        return Tag(_("No"))
    codes = {code for code, _words in match.reasons_against}
    if codes & DANGERS:
        return Tag(_("A danger is named"), "overdue")
    return Tag(_("Waits for a person"), "due")


def _is_withdrawn(match: ExamMatch) -> bool:
    return match.exam is not None and match.exam.retracted_at is not None


def _withdrawn(match: ExamMatch) -> str:
    """Since when the exam no longer counts, and why; empty while it does."""
    exam = match.exam
    if exam is None or exam.retracted_at is None:
        return ""
    return f"{said_again(exam.retracted_reason)} ({moment_words(exam.retracted_at, match.site)})"


def match_detail(match: ExamMatch) -> MatchDetail:
    """`match` as for `match_row`."""
    exam = match.exam
    text = exam.report_text if exam else match.item.content.get("text", "")
    pieces = pieces_of(text, match.relied_on)
    return MatchDetail(
        heading=_heading(match),
        exam=exam_words(match),
        owed=_owed(match),
        lesion=lesion_words(match.lesion),
        source=_source(match),
        told=told_words(match.told),
        withdrawn=_withdrawn(match),
        reasons_for=tuple(reason_said(words) for _code, words in match.reasons_for),
        reasons_against=tuple(reason_said(words) for _code, words in match.reasons_against),
        pieces=pieces,
        is_marked=any(piece.is_marked for piece in pieces),
        reporter=exam.reporter if exam else "",
        evidence=exam.evidence if exam else "",
        document_url=_document_url(match),
        state=state_of(match),
        answers=tuple(_answer(match, one) for one in match.answers.all()),
    )


def _heading(match: ExamMatch) -> str:
    if match.verdict == Verdict.CERTAIN and _is_withdrawn(match):
        return _("This exam had closed what was owed")
    if match.verdict == Verdict.CERTAIN:
        return _("This exam closed what was owed")
    if match.verdict == Verdict.LIKELY:
        return _("An exam that may answer this")
    return _("This exam does not answer what is owed")


def _source(match: ExamMatch) -> str:
    words = {
        Source.CODED: _("coded by the sender"),
        Source.TEXT: _("read in the text by machine"),
        Source.STATED: _("stated by the sender: not adequate"),
        Source.NOTHING: _(
            "nothing was coded or read that is surely of this lesion: read the report"
        ),
    }
    return words[Source(match.source)]


def pieces_of(text: str, relied_on: list[list[int]]) -> tuple[Piece, ...]:
    """The text, cut where the marked places begin and end."""
    pieces, at = [], 0
    for start, end in sorted(relied_on):
        if start < at or end > len(text):
            continue
        pieces += [Piece(text[at:start], is_marked=False), Piece(text[start:end], is_marked=True)]
        at = end
    pieces.append(Piece(text[at:], is_marked=False))
    return tuple(piece for piece in pieces if piece.text)


def _document_url(match: ExamMatch) -> str:
    document = ExamDocument.objects.filter(item=match.item_id).only("pk").first()
    return reverse("exam_document", args=[document.pk]) if document else ""


def _answer(match: ExamMatch, one: ExamMatchAnswer) -> str:
    who, at = name_of_user(one.answered_by), moment_words(one.answered_at, match.site)
    why = f": {one.reason}" if one.reason else ""
    return f"{one.get_answer_display()}{why} ({who}, {at})"
