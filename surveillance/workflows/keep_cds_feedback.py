"""An EHR tells what a clinician did with a card."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from surveillance.models import CdsFeedback, EhrSystem, FollowUp
from surveillance.workflows.errors import WorkflowRefused


class NoSuchCard(WorkflowRefused):
    """The card is none that this EHR was shown."""

    code = "no_such_card"


@transaction.atomic
def keep_cds_feedback(*, ehr: EhrSystem, feedback: CdsFeedback, now: datetime) -> CdsFeedback:
    """Keep it. The same again changes nothing; what is owed stays owed, whatever was overridden.

    Refused: a card about no follow-up of the EHR's site.
    """
    about = FollowUp.objects.filter(pk=feedback.card, site=ehr.site).first()
    if about is None:
        raise NoSuchCard(_("Nothing at the site of this EHR was shown on such a card."))
    feedback.ehr, feedback.recorded_at, feedback.patient = ehr, now, about.patient
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
