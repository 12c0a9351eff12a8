"""Ask for what is late on paper: the acknowledgement of a transfer, a report, a renewed offer."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.models import User

from patients.models import Patient, PatientStatus, Site
from patients.prepared import Prepared, slot, slots
from surveillance.absences import answering
from surveillance.chase_staff import owner_in_post
from surveillance.models import (
    Declination,
    FollowUp,
    ImagingExam,
    LesionObservation,
    Notification,
    NotificationChannel,
    NotificationTemplate,
    OutsideCare,
    ReportStatus,
)
from surveillance.outreach import QUIET_STATUSES
from surveillance.ownership import accountable_owner
from surveillance.protocol import parameters
from surveillance.protocol.dates import add_months
from surveillance.protocol.parameters.contact import REOFFER_EVERY, REOFFER_WITHIN
from surveillance.protocol.terms import ObligationKind
from surveillance.workflows.notify import notify


class Missing(NamedTuple):
    """A paper that has not come in time. `lesion` or `exam`: what it is about; neither: all."""

    key: str
    template: NotificationTemplate
    patient_id: UUID
    lesion: UUID | None = None
    exam: UUID | None = None


# Asked once a day at every site: their SQL is written once.
_LEFT = Prepared(
    lambda: (
        Patient.objects.surviving()
        .filter(site=slot(Patient, "site"), status=PatientStatus.TRANSFERRED_UNACKNOWLEDGED)
        .filter(status_on__lte=slot(Patient, "status_on", "since"))
        .order_by("pk")
        .values_list("pk", "status_on")
    )
)
_PRELIMINARY = Prepared(
    lambda: (
        ImagingExam.objects.standing()
        .filter(site=slot(ImagingExam, "site"), report_status=ReportStatus.PRELIMINARY)
        .filter(performed_on__lte=slot(ImagingExam, "performed_on", "since"))
        .exclude(patient__status__in=QUIET_STATUSES)
        .order_by("pk")
        .values_list("pk", "patient")
    )
)
_PASSED = Prepared(
    lambda: (
        FollowUp.objects.open()
        .filter(site=slot(FollowUp, "site"), kind=ObligationKind.IMAGING)
        .filter(booked_for__lte=slot(FollowUp, "booked_for", "since"))
        .exclude(patient__status__in=QUIET_STATUSES)
        .values_list("patient", "lesion", "booked_for")
    )
)
_DECLINED = Prepared(
    lambda: (
        Patient.objects.surviving()
        .filter(site=slot(Patient, "site"), status=PatientStatus.DECLINED)
        .order_by("pk")
        .values_list("pk", "status_on")
    )
)
_AGREED = Prepared(
    lambda: (
        Declination.objects.filter(patient__in=slots(Declination, "patient", "patients"))
        .order_by("recorded_at", "pk")
        .values_list("patient_id", "reoffer_on")
    )
)
_EXPIRED = Prepared(
    lambda: (
        OutsideCare.objects.expired_for_open(slot(FollowUp, "latest_on", "today"))
        .filter(patient__site=slot(Patient, "site"))
        .exclude(patient__status__in=QUIET_STATUSES)
        .order_by("pk")
        .values_list("pk", "patient", "follow_up__lesion")
    )
)


def chase_paperwork(*, site: Site, now: datetime) -> int:
    """Give the owner a task for each paper that is late at `site` (8.2, A07); returns how many.

    Once per transfer, preliminary report, appointment that passed without any report, and evidence
    of care elsewhere that expired; whoever declined is offered it again on the day that was agreed,
    and every 30 days after it until an answer is on file (A-32). Nothing that is owed changes, and
    no ladder. With nobody in post the task waits: the next day asks again.
    """
    today = site.local_date(now)
    late = [
        *_transfers(site, today),
        *_reports(site, today),
        *_appointments(site, today),
        *_reoffers(site, today),
        *_outside_reports(site, today),
    ]
    return sum(_ask(one, site, now) for one in _not_asked(late))


def _transfers(site: Site, today: date) -> Iterator[Missing]:
    """Patients who went elsewhere, and nobody there has said that they came."""
    since = today - timedelta(days=parameters.TRANSFER_ACKNOWLEDGED_WITHIN.value)
    for patient, day in _LEFT.ask(site=site.pk, since=since):
        key = f"transfer-unacknowledged:{patient}:{day}"
        yield Missing(key, NotificationTemplate.TRANSFER_UNACKNOWLEDGED, patient)


def _reports(site: Site, today: date) -> Iterator[Missing]:
    """Exams of which only a preliminary report has come; a final one would have replaced it."""
    since = today - timedelta(days=parameters.REPORT_WITHIN.value)
    for exam, patient in _PRELIMINARY.ask(site=site.pk, since=since):
        key = f"report-missing:{exam}"
        yield Missing(key, NotificationTemplate.REPORT_MISSING, patient, exam=exam)


def _appointments(site: Site, today: date) -> Iterator[Missing]:
    """Appointments kept, as far as anybody said, of which no report has come."""
    since = today - timedelta(days=parameters.REPORT_WITHIN.value)
    for patient, lesion, booked_for in _PASSED.ask(site=site.pk, since=since):
        key = f"report-missing:{patient}:{booked_for}"
        yield Missing(key, NotificationTemplate.REPORT_MISSING, patient, lesion)


def _reoffers(site: Site, today: date) -> Iterator[Missing]:
    """Patients who declined, and whose day has come to be asked again.

    A refusal that only a register told of has no such day: it is the last one allowed.
    """
    declined = dict(_DECLINED.ask(site=site.pk))
    agreed = dict(_AGREED.ask(patients=declined)) if declined else {}
    for patient, status_on in declined.items():
        assert status_on is not None  # the database says so of every status but active
        first = agreed.get(patient) or add_months(status_on, REOFFER_WITHIN.value)
        if first <= today:
            asked = (today - first).days // REOFFER_EVERY.value
            day = first + timedelta(days=asked * REOFFER_EVERY.value)
            yield Missing(f"reoffer:{patient}:{day}", NotificationTemplate.REOFFER, patient)


def _outside_reports(site: Site, today: date) -> Iterator[Missing]:
    """Care elsewhere that was believed until a day that has passed, and no report has come."""
    for care, patient, lesion in _EXPIRED.ask(site=site.pk, today=today):
        key = f"outside-care-expired:{care}"
        yield Missing(key, NotificationTemplate.OUTSIDE_CARE_REPORT, patient, lesion)


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
    patient = Patient.objects.select_related("site").get(pk=one.patient_id)
    recipient = _owner(one, patient, site.local_date(now))
    if recipient is None:
        return False
    notify(
        site=site,
        channel=NotificationChannel.IN_APP,
        template=one.template,
        dedupe_key=one.key,
        recipient=recipient,
        patient=patient,
        now=now,
    )
    return True


def _owner(one: Missing, patient: Patient, on: date) -> User | None:
    """Who answers now for the most urgent thing owed to it, else for the patient."""
    rows = FollowUp.objects.open().filter(patient=patient)
    if one.lesion is not None:
        rows = rows.filter(lesion=one.lesion)
    elif one.exam is not None:
        seen = LesionObservation.objects.filter(exam=one.exam).values_list("lesion", flat=True)
        rows = rows.filter(lesion__in=list(seen)) if seen else rows
    found = owner_in_post(rows.dangerous_first().first(), on)
    owner = found or accountable_owner(patient)
    if owner is None:
        return None
    now_there = answering(owner.pk, patient.site_id, on)
    return owner if now_there == owner.pk else User.objects.get(pk=now_there)
