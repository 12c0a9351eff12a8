"""A lesion that a clinician had closed is looked at again."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from surveillance.case_records import standing_overrides
from surveillance.models import Lesion, LesionAssessment, OverrideKind
from surveillance.record_locks import lock_records
from surveillance.workflows.append_override import append_override
from surveillance.workflows.assess_lesion import assess_lesion
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ReopeningNeedsReason(WorkflowRefused):
    """Who lifts an override says why."""

    code = "reopening_needs_reason"


@transaction.atomic
def reopen_lesion(
    *, lesion: Lesion, reason: str, by: "User | None", now: datetime
) -> LesionAssessment:
    """Lift the override that stands, if any, and let the protocol decide again.

    What the protocol owes is open afterwards. Twice changes nothing. Refused: no reason; lifting
    an override without a person who signs.
    """
    if not reason.strip():
        raise ReopeningNeedsReason(_("Say why the lesion is looked at again."), field="reason")
    patient = lock_records([lesion.patient_id])[lesion.patient_id]
    today = patient.site.local_date(now)
    standing = standing_overrides([lesion.pk], today).get(lesion.pk)
    if standing is not None:
        if by is None:
            raise ReopeningNeedsReason(_("An override is lifted by a person."), field="by")
        append_override(
            overridden=standing,
            kind=OverrideKind.LIFTED,
            reason=reason,
            as_of=today,
            by=by,
            now=now,
        )
        record_event(
            "override_lifted", site=patient.site, subject=lesion, patient=patient, by=by, now=now
        )
    return assess_lesion(lesion=lesion, cause="lesion_reopened", by=by, now=now)
