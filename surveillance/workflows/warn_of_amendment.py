"""A report replaced an earlier version of itself, and the case looks worse: say so at once."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from surveillance.chase_staff import holder_of
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


def decided_before(exam: ImagingExam, lesions: Iterable[Lesion]) -> dict[UUID, EscalationClass]:
    """By lesion, the class while the version stood that `exam` replaces; empty if it is the first.

    What was decided because that version was retracted does not count: the lesion was without
    its report then. To be asked before the lesions are assessed with the new version.
    """
    versions = ImagingExam.objects.filter(
        site=exam.site_id, accession=exam.accession, patient=exam.patient_id
    )
    previous = versions.exclude(retracted_at=None).order_by("-retracted_at").first()
    if previous is None:
        return {}
    ended = previous.retracted_at
    rows = LesionAssessment.objects.filter(
        lesion__in=list(lesions), overrides=None, assessed_at__lte=ended
    ).exclude(Q(assessed_at=ended, cause="exam_retracted"))
    found = rows.order_by("sequence").values_list("lesion", "escalation_class")
    return {lesion: EscalationClass(name) for lesion, name in found}


def warn_of_amendment(
    *,
    exam: ImagingExam,
    before: Mapping[UUID, EscalationClass],
    assessments: Iterable[LesionAssessment],
    now: datetime,
) -> bool:
    """Tell the lead navigator if a lesion's class is higher than `before`; once per version.

    In the application and, where there is an address, by e-mail, without clinical content.
    Nobody in post up to the top: nobody is told, and the failsafe names the follow-ups.
    """
    if not any(_is_worse(one, before) for one in assessments):
        return False
    recipient = holder_of(LEAD_NAVIGATOR, exam.site_id, exam.patient_id)
    if recipient is None:
        return False
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
    return True


def _is_worse(decided: LesionAssessment, before: Mapping[UUID, EscalationClass]) -> bool:
    earlier = before.get(decided.lesion_id)
    if earlier is None:
        return False
    return ASCENDING.index(EscalationClass(decided.escalation_class)) > ASCENDING.index(earlier)
