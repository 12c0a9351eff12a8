"""What the id in an address may name."""

from typing import Final

from patients.models import Patient
from surveillance.api.verbs.verb import Target
from surveillance.models import (
    ContactAttempt,
    Escalation,
    FollowUp,
    ImagingExam,
    Lesion,
    LesionEvent,
)

PATIENT: Final = Target(
    "patients",
    lambda sites: Patient.objects.filter(site__in=sites).select_related("site"),
    lambda row: row.site,
)
CONTACT: Final = Target(
    "contact-attempts",
    lambda sites: ContactAttempt.objects.filter(patient__site__in=sites).select_related(
        "patient__site"
    ),
    lambda row: row.patient.site,
)
LESION: Final = Target(
    "lesions",
    lambda sites: Lesion.objects.filter(patient__site__in=sites).select_related("patient__site"),
    lambda row: row.patient.site,
)
EXAM: Final = Target(
    "imaging-exams",
    lambda sites: ImagingExam.objects.filter(patient__site__in=sites).select_related(
        "patient__site"
    ),
    lambda row: row.patient.site,
)
LESION_EVENT: Final = Target(
    "lesion-events",
    lambda sites: LesionEvent.objects.filter(lesion__patient__site__in=sites).select_related(
        "lesion__patient__site"
    ),
    lambda row: row.lesion.patient.site,
)
FOLLOW_UP: Final = Target(
    "follow-ups",
    lambda sites: FollowUp.objects.filter(site__in=sites).select_related(
        "site", "patient__site", "lesion", "owner", "assessment"
    ),
    lambda row: row.site,
    has_version=True,
)
ESCALATION: Final = Target(
    "escalations",
    lambda sites: Escalation.objects.filter(follow_up__site__in=sites).select_related(
        "owner", "acknowledged_by", "follow_up__owner", "follow_up__assessment",
        "follow_up__site", "follow_up__patient__site", "follow_up__lesion",
    ),
    lambda row: row.follow_up.site,
)  # fmt: skip
