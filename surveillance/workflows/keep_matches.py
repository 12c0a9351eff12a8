"""Keeps what reconciliation found, so that it can be confirmed, undone and audited."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from patients.audit import Deed, record_events
from surveillance.exam_matching import LesionRow, told_as_json
from surveillance.models import ExamMatch, ImagingExam, IntakeItem
from surveillance.protocol.incoming import LesionMatch, Reason, Verdict
from surveillance.protocol.sampling import is_sampled

if TYPE_CHECKING:
    from django.contrib.auth.models import User

VERSION = "reconciliation/1"


@dataclass(frozen=True, slots=True)
class Found:
    """The verdict on one lesion, and the rows it is about."""

    row: LesionRow
    match: LesionMatch


def keep_matches(
    *,
    item: IntakeItem,
    exam: ImagingExam | None,
    found: Iterable[Found],
    by: "User | None",
    now: datetime,
) -> list[ExamMatch]:
    """Keep the verdicts on what is owed, and on dangers where nothing is. Twice equals once."""
    kept = [
        _row(one, item, exam, now)
        for one in found
        if one.row.follow_up is not None or one.match.verdict is Verdict.LIKELY
    ]
    ExamMatch.objects.bulk_create(kept, ignore_conflicts=True)
    record_events([_deed(row) for row in kept], by=by, now=now)
    return kept


def _row(one: Found, item: IntakeItem, exam: ImagingExam | None, now: datetime) -> ExamMatch:
    lesion, match, pk = one.row.lesion, one.match, uuid4()
    return ExamMatch(
        id=pk,
        patient_id=lesion.patient_id,
        site_id=item.site_id,
        lesion=lesion,
        follow_up=one.row.follow_up,
        exam=exam,
        item=item,
        verdict=match.verdict,
        source=match.source,
        told=told_as_json(match.exam),
        reasons_for=_pairs(match.reasons_for),
        reasons_against=_pairs(match.reasons_against),
        relied_on=[[span.start, span.end] for span in match.relied_on],
        reader_version=VERSION,
        is_sampled=match.verdict is Verdict.CERTAIN and is_sampled(pk),
        decided_at=now,
    )


def _pairs(reasons: Iterable[Reason]) -> list[list[str]]:
    return [[reason.code, reason.words] for reason in reasons]


def _deed(row: ExamMatch) -> Deed:
    detail = {"verdict": row.verdict, "lesion": str(row.lesion_id)}
    return Deed("exam_matched", row.site, row, row.patient, detail)
