"""A report replaced an earlier version of itself, and the case looks worse: say so at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from surveillance.chase_staff import holder_of
from surveillance.exam_reports import RecordedExam
from surveillance.models import (
    ImagingExam,
    Lesion,
    LesionAssessment,
    NotificationChannel,
    NotificationTemplate,
)
from surveillance.protocol.terms import EscalationClass
from surveillance.workflows.notify import notify

LEAD_NAVIGATOR = 2
"""The tier that hears of it (8.2)."""
ASCENDING = tuple(EscalationClass)


@dataclass(frozen=True, slots=True)
class Amendment:
    """A new version of a report, and by lesion what was decided while the one before it stood."""

    exam: ImagingExam
    before: Mapping[UUID, LesionAssessment]


def amendments_among(recorded: Iterable[RecordedExam]) -> list[Amendment]:
    """The exams just recorded that replace an earlier version of themselves.

    What was decided because that version was retracted does not count: the lesion was without
    its report then. To be asked before the lesions are assessed with the new versions.
    """
    created = {_key(one.exam): one for one in recorded if one.created}
    versions = ImagingExam.objects.filter(
        accession__in=[accession for _, accession, _ in created]
    ).exclude(retracted_at=None)
    previous = {_key(row): row for row in versions.order_by("retracted_at")}
    return [
        Amendment(one.exam, _decided_before(previous[key], one.lesions))
        for key, one in created.items()
        if key in previous
    ]


def _key(exam: ImagingExam) -> tuple[int, str, UUID]:
    return (exam.site_id, exam.accession, exam.patient_id)


def _decided_before(
    previous: ImagingExam, lesions: Iterable[Lesion]
) -> dict[UUID, LesionAssessment]:
    ended = previous.retracted_at
    rows = LesionAssessment.objects.filter(
        lesion__in=list(lesions), overrides=None, assessed_at__lte=ended
    ).exclude(Q(assessed_at=ended, cause="exam_retracted"))
    return {row.lesion_id: row for row in rows.order_by("sequence")}


def warn_of_amendments(
    *,
    amendments: Iterable[Amendment],
    assessments: Sequence[LesionAssessment],
    now: datetime,
) -> None:
    """Tell the lead navigator of each amendment that looks worse; once per version.

    Worse is a higher class, or in the same class a sooner last day.

    In the application and, where there is an address, by e-mail, without clinical content.
    Nobody in post up to the top: nobody is told, and the failsafe names the follow-ups.
    """
    for amendment in amendments:
        if any(_is_worse(one, amendment.before) for one in assessments):
            _tell_lead(amendment.exam, now)


def _tell_lead(exam: ImagingExam, now: datetime) -> None:
    today = exam.site.local_date(now)
    recipient = holder_of(LEAD_NAVIGATOR, exam.site_id, exam.patient_id, today)
    if recipient is None:
        return
    by_email = [NotificationChannel.EMAIL] if recipient.email else []
    for channel in (NotificationChannel.IN_APP, *by_email):
        notify(
            site=exam.site,
            channel=channel,
            template=NotificationTemplate.REPORT_LESS_FAVOURABLE,
            dedupe_key=f"less-favourable:{exam.pk}:{channel.value}",
            recipient=recipient,
            patient=exam.patient,
            now=now,
        )


def _is_worse(decided: LesionAssessment, before: Mapping[UUID, LesionAssessment]) -> bool:
    earlier = before.get(decided.lesion_id)
    return earlier is not None and _urgency(decided) > _urgency(earlier)


def _urgency(decided: LesionAssessment) -> tuple[int, int]:
    """The higher the more urgent; what is owed nothing comes last."""
    latest = decided.latest_on or date.max
    return ASCENDING.index(EscalationClass(decided.escalation_class)), -latest.toordinal()
