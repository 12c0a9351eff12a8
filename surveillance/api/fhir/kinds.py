"""Which resources are read here: whose rows, how they are asked for, how they are built."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery

from patients.models import AuditEvent, Patient, RiskProfile
from patients.models.site import SiteQuerySet
from surveillance.api.fhir import parameters as by
from surveillance.api.fhir.numbers import decided_for, record_number
from surveillance.api.fhir.parameters import Parameter
from surveillance.fhir_out import imaging, obligations, outreach, people, trail
from surveillance.fhir_out.elements import Context, Json
from surveillance.models import (
    ContactAttempt,
    FollowUp,
    FollowUpOutcome,
    ImagingExam,
    Lesion,
    LesionAssessment,
    LesionObservation,
    Notification,
    ReportStatus,
)
from surveillance.protocol.terms import ObligationKind
from surveillance.roles import Permission


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of the sites, and the resources that each of them is; `patient` leads to the patient."""

    rows: Callable[[SiteQuerySet, Context], QuerySet[Any]]
    build: Callable[[Any, Context], list[Json]]
    patient: str
    several: bool = False
    """Whether one row may be any number of resources."""

    def patient_of(self, row: Any) -> str:
        """The id of the patient whom a row is about; empty for nobody."""
        *path, last = self.patient.split("__")
        for name in path:
            row = getattr(row, name)
        id_ = row.pk if last == "pk" else getattr(row, f"{last.removesuffix('_id')}_id")
        return str(id_ or "")


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of resource. Every type is searched by `_id`, and by whom it is about (`patient`,
    most also by R4's other word for it)."""

    sources: tuple[Source, ...]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    permission: Permission = Permission.VIEW_PATIENT
    about: tuple[str, ...] = ("patient", "subject")


def _patients(sites: SiteQuerySet, _context: Context) -> QuerySet[Patient]:
    rows = Patient.objects.filter(site__in=sites).select_related("site")
    return rows.prefetch_related("merged_records", "former_numbers")


def _lesions(sites: SiteQuerySet, _context: Context) -> QuerySet[Lesion]:
    rows = Lesion.objects.filter(patient__site__in=sites)
    return rows.select_related("recorded_by").prefetch_related("events")


def _risk(sites: SiteQuerySet, context: Context) -> QuerySet[RiskProfile]:
    """The profile in force of each patient. A day that has begun anywhere counts."""
    rows = RiskProfile.objects.filter(patient__site__in=sites)
    newer = RiskProfile.objects.filter(patient=OuterRef("patient"))
    newest = newer.in_force(context.now.date()).values("pk")[:1]
    return rows.filter(pk=Subquery(newest)).select_related("recorded_by")


def _exams(sites: SiteQuerySet, _context: Context) -> QuerySet[ImagingExam]:
    return ImagingExam.objects.filter(site__in=sites).select_related("site")


def _reports(sites: SiteQuerySet, context: Context) -> QuerySet[ImagingExam]:
    return _exams(sites, context).prefetch_related("observations")


def _observations(sites: SiteQuerySet, _context: Context) -> QuerySet[LesionObservation]:
    rows = LesionObservation.objects.filter(exam__site__in=sites)
    return rows.select_related("exam__recorded_by", "lesion")


def _follow_ups(sites: SiteQuerySet, _context: Context) -> QuerySet[FollowUp]:
    rows = FollowUp.objects.filter(site__in=sites)
    return rows.select_related("site", "owner", "assessment")


def _imaging(sites: SiteQuerySet, context: Context) -> QuerySet[FollowUp]:
    return _follow_ups(sites, context).filter(kind=ObligationKind.IMAGING)


def _overdue(sites: SiteQuerySet, context: Context) -> QuerySet[FollowUp]:
    """Each site has its own day."""
    past = Q(pk__in=[])
    for site in sites:
        past |= Q(site=site, latest_on__lt=site.local_date(context.now))
    return _follow_ups(sites, context).filter(past, closed_at=None)


def _plans(sites: SiteQuerySet, context: Context) -> QuerySet[Patient]:
    owed = FollowUp.objects.open()
    rows = _patients(sites, context).filter(pk__in=owed.filter(site__in=sites).values("patient"))
    joined = rows.select_related("responsible_clinician")
    return joined.prefetch_related(Prefetch("follow_ups", queryset=owed))


def _messages(sites: SiteQuerySet, _context: Context) -> QuerySet[Notification]:
    rows = Notification.objects.filter(site__in=sites)
    return rows.select_related("recipient")


def _attempts(sites: SiteQuerySet, _context: Context) -> QuerySet[ContactAttempt]:
    rows = ContactAttempt.objects.filter(patient__site__in=sites)
    return rows.select_related("attempted_by").prefetch_related("follow_ups")


def _decisions(sites: SiteQuerySet, _context: Context) -> QuerySet[LesionAssessment]:
    rows = LesionAssessment.objects.filter(lesion__patient__site__in=sites)
    return rows.select_related("assessed_by", "lesion").prefetch_related("follow_ups")


def _trail(sites: SiteQuerySet, _context: Context) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(site__in=sites.values("slug"))


_UNBOOKED = Q(booked_for=None) | Q(booked_for__gt=F("latest_on"))
"""Also who is booked after the last day (clinical.md 8.2)."""
_TASK_STATUS = {
    "requested": Q(closed_at=None, ordered_on=None) & _UNBOOKED,
    "accepted": Q(closed_at=None, ordered_on__isnull=False) & _UNBOOKED,
    "in-progress": Q(closed_at=None, booked_for__lte=F("latest_on")),
    "completed": Q(outcome=FollowUpOutcome.COMPLETED),
    "cancelled": Q(closed_at__isnull=False)
    & ~Q(outcome__in=[FollowUpOutcome.COMPLETED, FollowUpOutcome.ENTERED_IN_ERROR]),
    "entered-in-error": Q(outcome=FollowUpOutcome.ENTERED_IN_ERROR),
}
_REPORT_STATUS = {
    "final": Q(retracted_at=None, report_status=ReportStatus.FINAL),
    "preliminary": Q(retracted_at=None, report_status=ReportStatus.PRELIMINARY),
    "entered-in-error": Q(retracted_at__isnull=False),
}
_MESSAGE_STATUS = {
    code: Q(status__in=[one for one, fhir in outreach.REQUEST_STATUS.items() if fhir == code])
    for code in ("active", "completed", "on-hold", "revoked")
}
_ACCESSION = Parameter(
    "token", "The accession number", by.number_of_site("accession", "urn:hepcalc:accession")
)
_LESION = Parameter("reference", "The lesion", by.reference("lesion", "Condition"), is_narrow=True)
_DONE_ON = Parameter("date", "The day of the exam", by.day("performed_on"))

KINDS: Final[dict[str, Kind]] = {
    "Patient": Kind(
        (Source(_patients, people.patient, "pk"),),
        {
            "identifier": Parameter(
                "token", "A record number, also one that was given up", record_number, True
            ),
            "name": Parameter(
                "string", "Family or given name", by.text("family_name", "given_name"), True
            ),
            "family": Parameter("string", "The family name", by.text("family_name"), True),
            "given": Parameter("string", "The given name", by.text("given_name"), True),
            "birthdate": Parameter("date", "The day of birth", by.day("birth_date"), True),
        },
        about=(),
    ),
    "Condition": Kind(
        (
            Source(_lesions, people.lesion_condition, "patient"),
            Source(_risk, people.risk_conditions, "patient", several=True),
        )
    ),
    "ImagingStudy": Kind(
        (Source(_exams, imaging.imaging_study, "patient"),),
        {"identifier": _ACCESSION, "started": _DONE_ON},
    ),
    "DiagnosticReport": Kind(
        (Source(_reports, imaging.diagnostic_report, "patient"),),
        {
            "identifier": _ACCESSION,
            "date": _DONE_ON,
            "status": Parameter("token", "Where the report stands", by.one_of(_REPORT_STATUS)),
            "issued": Parameter("date", "When it came on file", by.moment("recorded_at")),
        },
    ),
    "Observation": Kind(
        (Source(_observations, imaging.observation, "exam__patient"),),
        {
            "date": Parameter("date", "The day of the exam", by.day("exam__performed_on")),
            "focus": Parameter(
                "reference", "The lesion", by.reference("lesion", "Condition"), is_narrow=True
            ),
        },
    ),
    "Task": Kind(
        (Source(_follow_ups, obligations.task, "patient"),),
        {
            "status": Parameter("token", "Where the obligation stands", by.one_of(_TASK_STATUS)),
            "owner": Parameter("token", "The account that answers for it", by.account("owner__pk")),
            "focus": Parameter(
                "reference", "The lesion", by.reference("lesion", "Condition"), is_narrow=True
            ),
            "authored-on": Parameter("date", "When it was opened", by.moment("opened_at")),
            "period": Parameter("date", "The last day of its window", by.day("latest_on")),
        },
    ),
    "ServiceRequest": Kind(
        (Source(_imaging, obligations.service_request, "patient"),),
        {
            "identifier": Parameter(
                "token",
                "The order number",
                by.number_without_system("order_number"),
                is_narrow=True,
            )
        },
    ),
    "CarePlan": Kind((Source(_plans, obligations.care_plan, "pk"),)),
    "CommunicationRequest": Kind(
        (Source(_messages, outreach.communication_request, "patient"),),
        {"status": Parameter("token", "Where the message stands", by.one_of(_MESSAGE_STATUS))},
    ),
    "Communication": Kind(
        (Source(_attempts, outreach.communication, "patient"),),
        {"sent": Parameter("date", "When it was tried", by.moment("attempted_at"))},
    ),
    "DetectedIssue": Kind(
        (Source(_overdue, obligations.detected_issue, "patient"),), about=("patient",)
    ),
    "Provenance": Kind(
        (Source(_decisions, trail.provenance, "lesion__patient"),),
        {
            "target": Parameter(
                "reference", "The lesion, or the Task", decided_for, is_narrow=True
            ),
            "recorded": Parameter("date", "When it was decided", by.moment("assessed_at")),
        },
        about=("patient",),
    ),
    "AuditEvent": Kind(
        (Source(_trail, trail.audit_event, "patient_id"),),
        {"date": Parameter("date", "When it was done", by.moment("at"))},
        permission=Permission.VIEW_AUDIT,
        about=("patient",),
    ),
}
