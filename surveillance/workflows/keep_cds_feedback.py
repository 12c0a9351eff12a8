"""An EHR tells what a clinician did with a card."""

from datetime import datetime

from django.db import transaction

from patients.audit import record_event
from surveillance.models import CdsFeedback, EhrSystem, FollowUp


@transaction.atomic
def keep_cds_feedback(*, ehr: EhrSystem, feedback: CdsFeedback, now: datetime) -> CdsFeedback:
    """Keep it. The same again changes nothing; what is owed stays owed, whatever was overridden."""
    about = FollowUp.objects.filter(pk=feedback.card, site=ehr.site).first()
    feedback.ehr, feedback.recorded_at = ehr, now
    feedback.patient = about.patient if about else None
    CdsFeedback.objects.bulk_create([feedback], ignore_conflicts=True)
    kept = CdsFeedback.objects.get(
        ehr=ehr, service=feedback.service, card=feedback.card, said_at=feedback.said_at
    )
    if kept.pk == feedback.pk:
        record_event(
            "cds_feedback_kept",
            site=ehr.site,
            subject=kept,
            patient=kept.patient,
            by=None,
            now=now,
            detail={"outcome": kept.outcome, "reason": kept.reason},
        )
    return kept
