"""Evidence comes in that a patient is followed at another institution."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from surveillance.chase_staff import holder_of, owner_in_post
from surveillance.models import (
    FollowUp,
    NotificationChannel,
    NotificationTemplate,
    OutsideCare,
)
from surveillance.protocol.parameters.contact import OUTSIDE_CARE_LIMIT
from surveillance.record_locks import lock_records
from surveillance.workflows.change_follow_up import FollowUpAlreadyClosed
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.notify import notify

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SECOND_LOOKERS = (2, 3, 4)
"""The seats of the ladder that are asked for the second look, in turn: never who recorded it."""


class OutsideCareIncomplete(WorkflowRefused):
    """No institution, nothing that was seen, or a day until which nobody may believe it."""

    code = "outside_care_incomplete"


@transaction.atomic
def record_outside_care(
    *,
    follow_up: FollowUp,
    institution: str,
    evidence: str,
    document_reference: str = "",
    expires_on: date,
    by: "User",
    now: datetime,
) -> OutsideCare:
    """Put on file where the patient is followed and what shows it, until `expires_on`.

    It closes and moves nothing: an exam elsewhere counts once its report is on file (8.3). A second
    person is asked to look, the follow-up's owner to ask for the report. The same again changes
    nothing. Refused: no institution, nothing seen, a day that is past or too far (see
    `latest_expiry`), a follow-up that is closed, what a second look has found not sufficient.
    """
    patient = lock_records([follow_up.patient_id])[follow_up.patient_id]
    row = FollowUp.objects.select_related("site").get(pk=follow_up.pk)
    values = {
        "follow_up": row,
        "institution": institution.strip(),
        "evidence": evidence.strip(),
        "document_reference": document_reference.strip(),
        "expires_on": expires_on,
        "recorded_by": by,
    }
    if known := OutsideCare.objects.filter(**values).select_related("review").first():
        _refuse_rejected(known)
        return known
    _refuse(row, institution, evidence, expires_on, row.site.local_date(now))
    care = OutsideCare.objects.create(patient=patient, recorded_at=now, **values)
    record_event(
        "outside_care_recorded",
        site=row.site,
        subject=care,
        patient=patient,
        by=by,
        now=now,
        detail={"follow_up": str(row.pk), "expires_on": expires_on.isoformat()},
    )
    _ask(care, row, by, now)
    return care


def latest_expiry(follow_up: FollowUp, today: date) -> date:
    """The last day until which evidence may count: the follow-up's own, or thirty days ahead."""
    return max(follow_up.latest_on, today + timedelta(days=OUTSIDE_CARE_LIMIT.value))


def _refuse(
    follow_up: FollowUp, institution: str, evidence: str, expires_on: date, today: date
) -> None:
    if follow_up.closed_at is not None:
        raise FollowUpAlreadyClosed(
            _("This follow-up was closed meanwhile. Reload the page to see how.")
        )
    if not institution.strip():
        raise OutsideCareIncomplete(_("Name the institution and its place."), field="institution")
    if not evidence.strip():
        raise OutsideCareIncomplete(
            _("Say what you saw or heard, and from whom: a letter, a report."),
            field="evidence",
        )
    latest = latest_expiry(follow_up, today)
    if not today <= expires_on <= latest:
        raise OutsideCareIncomplete(
            _(
                "Evidence counts until a day between today and {latest}; then the report must be "
                "here."
            ).format(latest=latest),
            field="expires_on",
            latest=latest,
        )


def _refuse_rejected(known: OutsideCare) -> None:
    """The same evidence is worth no more the second time."""
    review = getattr(known, "review", None)
    if review is not None and not review.is_sufficient:
        raise OutsideCareIncomplete(
            _("A second look found this not sufficient: {note} Give other evidence.").format(
                note=review.note
            ),
            field="evidence",
        )


def _ask(care: OutsideCare, follow_up: FollowUp, by: "User", now: datetime) -> None:
    """A task for who looks a second time, and one for who asks the institution for its report."""
    today = follow_up.site.local_date(now)
    seats = (holder_of(tier, follow_up.site_id, care.patient_id, today) for tier in SECOND_LOOKERS)
    tasks = (
        (
            NotificationTemplate.OUTSIDE_CARE_SECOND_LOOK,
            next((user for user in seats if user is not None and user != by), None),
        ),
        (NotificationTemplate.OUTSIDE_CARE_REPORT, owner_in_post(follow_up, today)),
    )
    for template, recipient in tasks:
        if recipient is None:
            continue  # nobody in post: the failsafe names such a site
        notify(
            site=follow_up.site,
            channel=NotificationChannel.IN_APP,
            template=template,
            dedupe_key=f"{template.lower()}:{care.pk}",
            recipient=recipient,
            patient=care.patient,
            follow_up=follow_up,
            now=now,
        )
