"""A captured report is not tracked here, and somebody says why."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from surveillance.models import CaptureAnswer, CapturedReport, CaptureState, Exclusion
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ExclusionWithoutReason(WorkflowRefused):
    """Another reason must be said in words."""

    code = "exclusion_without_reason"


@transaction.atomic
def exclude_report(
    *, report: CapturedReport, exclusion: Exclusion, note: str, by: "User", now: datetime
) -> CaptureAnswer:
    """Note that the report is not tracked, and why. The same again changes nothing.

    It stays in the daily count, as excluded. Refused: another reason without words.
    """
    said = note.strip()
    if exclusion is Exclusion.OTHER and not said:
        raise ExclusionWithoutReason(_("Say in words why it is not tracked here."), field="note")
    newest = report.answers.order_by("-answered_at").first()
    if newest is not None and (newest.exclusion, newest.note) == (exclusion, said):
        return newest
    answer = CaptureAnswer.objects.create(
        report=report,
        state=CaptureState.EXCLUDED,
        exclusion=exclusion,
        note=said,
        answered_at=now,
        answered_by=by,
    )
    record_event(
        "report_excluded",
        site=report.site,
        subject=report,
        patient=report.patient,
        by=by,
        now=now,
        detail={"reason": exclusion.value},
    )
    return answer
