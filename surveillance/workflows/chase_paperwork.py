"""Ask once for what others owe us: the acknowledgement of a transfer, the final report."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.models import User

from patients.models import Patient, PatientStatus, Site
from surveillance.absences import answering
from surveillance.chase_staff import owner_in_post
from surveillance.models import (
    FollowUp,
    ImagingExam,
    Notification,
    NotificationChannel,
    NotificationTemplate,
    ReportStatus,
)
from surveillance.outreach import QUIET_STATUSES
from surveillance.ownership import accountable_owner
from surveillance.protocol import parameters
from surveillance.protocol.terms import ObligationKind
from surveillance.workflows.notify import notify


class Missing(NamedTuple):
    """A paper that has not come in time. `lesions` are those it is about; empty: all."""

    key: str
    template: NotificationTemplate
    patient: Patient
    lesions: tuple[UUID, ...] = ()


def chase_paperwork(*, site: Site, now: datetime) -> int:
    """Give the owner a task for each paper that is late at `site` (8.2, A07); returns how many.

    Once per transfer, preliminary report and appointment that passed without any report. Nothing
    that is owed changes, and no ladder.
    With nobody in post the task waits: the next day asks again.
    """
    today = site.local_date(now)
    late = [*_transfers(site, today), *_reports(site, today), *_appointments(site, today)]
    return sum(_ask(one, site, now) for one in _not_asked(late))


def _transfers(site: Site, today: date) -> Iterator[Missing]:
    """Patients who went elsewhere, and nobody there has said that they came."""
    since = today - timedelta(days=parameters.TRANSFER_ACKNOWLEDGED_WITHIN.value)
    rows = Patient.objects.surviving().filter(
        site=site, status=PatientStatus.TRANSFERRED_UNACKNOWLEDGED, status_on__lte=since
    )
    for patient in rows.order_by("pk"):
        key = f"transfer-unacknowledged:{patient.pk}:{patient.status_on}"
        yield Missing(key, NotificationTemplate.TRANSFER_UNACKNOWLEDGED, patient)


def _reports(site: Site, today: date) -> Iterator[Missing]:
    """Exams of which only a preliminary report has come; a final one would have replaced it."""
    since = today - timedelta(days=parameters.REPORT_WITHIN.value)
    rows = ImagingExam.objects.standing().filter(
        site=site, report_status=ReportStatus.PRELIMINARY, performed_on__lte=since
    )
    told = rows.exclude(patient__status__in=QUIET_STATUSES).select_related("patient")
    for exam in told.prefetch_related("observations").order_by("pk"):
        lesions = tuple(row.lesion_id for row in exam.observations.all())
        key = f"report-missing:{exam.pk}"
        yield Missing(key, NotificationTemplate.REPORT_MISSING, exam.patient, lesions)


def _appointments(site: Site, today: date) -> Iterator[Missing]:
    """Appointments kept, as far as anybody said, of which no report has come."""
    since = today - timedelta(days=parameters.REPORT_WITHIN.value)
    rows = FollowUp.objects.open().filter(
        site=site, kind=ObligationKind.IMAGING, booked_for__lte=since
    )
    for row in rows.exclude(patient__status__in=QUIET_STATUSES).select_related("patient"):
        key = f"report-missing:{row.patient_id}:{row.booked_for}"
        yield Missing(key, NotificationTemplate.REPORT_MISSING, row.patient, (row.lesion_id,))


def _not_asked(late: Sequence[Missing]) -> list[Missing]:
    """Of several lesions of one appointment the first speaks for all."""
    late = list({one.key: one for one in reversed(late)}.values())
    keys = [one.key for one in late]
    asked: set[str] = set()
    for start in range(0, len(keys), 500):
        rows = Notification.objects.filter(dedupe_key__in=keys[start : start + 500])
        asked |= set(rows.values_list("dedupe_key", flat=True))
    return [one for one in late if one.key not in asked]


def _ask(one: Missing, site: Site, now: datetime) -> bool:
    recipient = _owner(one, site.local_date(now))
    if recipient is None:
        return False
    notify(
        site=site,
        channel=NotificationChannel.IN_APP,
        template=one.template,
        dedupe_key=one.key,
        recipient=recipient,
        patient=one.patient,
        now=now,
    )
    return True


def _owner(one: Missing, on: date) -> User | None:
    """Who answers now for the most urgent thing owed to it, else for the patient."""
    rows = FollowUp.objects.open().filter(patient=one.patient)
    if one.lesions:
        rows = rows.filter(lesion__in=one.lesions)
    found = owner_in_post(rows.dangerous_first().first(), on)
    owner = found or accountable_owner(one.patient)
    if owner is None:
        return None
    now_there = answering(owner.pk, one.patient.site_id, on)
    return owner if now_there == owner.pk else User.objects.get(pk=now_there)
