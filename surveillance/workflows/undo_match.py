"""A follow-up that closed by itself should not have: it is owed again."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from surveillance.exam_matching import lesions_of
from surveillance.exam_reports import EXAM_FIELDS, ExamReport
from surveillance.models import ExamMatch, ImagingExam, MatchAnswer
from surveillance.protocol.incoming import LesionMatch, Reason, Source, Verdict
from surveillance.protocol.terms import Modality
from surveillance.record_locks import lock_records
from surveillance.workflows.append_match_answer import append_match_answer
from surveillance.workflows.keep_matches import Found, keep_matches
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.retract_exam import retract_exam

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def undo_match(
    *,
    match: ExamMatch,
    reason: str,
    answer: MatchAnswer = MatchAnswer.UNDONE,
    by: "User",
    now: datetime,
) -> ImagingExam:
    """Retract what the machine recorded, and offer the exam again to whoever knows better.

    What the exam had answered is owed again; it stands anew without any finding, and what it
    showed of each lesion waits for a person. Refused: no reason; answered meanwhile.
    """
    lock_records([match.patient_id])
    assert match.exam is not None  # the database says so of a closure
    append_match_answer(match=match, answer=answer, reason=reason, by=by, now=now)
    retract_exam(exam=match.exam, reason=reason, by=by, now=now)
    values = {name: getattr(match.exam, name) for name in EXAM_FIELDS}
    values["modality"] = Modality(match.exam.modality)
    bare = ExamReport(accession=match.exam.accession, **values)
    again = record_exam(patient=match.patient, report=bare, by=by, now=now).exam
    told = match.exam.observations.values_list("lesion", flat=True)
    rows = [
        row
        for row in lesions_of(match.patient, match.patient.site.local_date(now))
        if row.lesion.pk in set(told)
    ]
    found = [Found(row, _offered_again(match, row.on_file.key, reason)) for row in rows]
    keep_matches(item=match.item, exam=again, found=found, by=by, now=now)
    return again


def _offered_again(match: ExamMatch, lesion: str, reason: str) -> LesionMatch:
    undone = Reason("closure_undone", f"It was closed by itself, and undone: {reason.strip()}")
    return LesionMatch(
        lesion=lesion,
        verdict=Verdict.LIKELY,
        source=Source(match.source),
        exam=None,
        is_recorded=False,
        reasons_for=tuple(Reason(code, words) for code, words in match.reasons_for),
        reasons_against=(undone,),
    )
