"""The patient page: who, what is owed, and each lesion with the reasons of its decision."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from patients.models import Patient
from surveillance.outreach import why_not_written_to
from surveillance.roles import Permission, permissions_at
from surveillance.web.access import SignedInRequest, patient_or_404, signed_in
from surveillance.web.kept_out_query import whereabouts_of
from surveillance.web.kept_out_words import places_words
from surveillance.web.lesion_view import lesion_views, one_visit_words
from surveillance.web.looks import note_look
from surveillance.web.patient_query import gather
from surveillance.web.person_view import contact_rows, note_rows, person_view, risk_view
from surveillance.web.queue_tabs import desk_of


@require_safe
@signed_in
def patient_page(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Everything about one patient; that it was looked at is recorded."""
    patient = patient_or_404(request.user, pk)
    now = timezone.now()
    note_look(request, patient)
    asked, today = request.GET.get("lesion", ""), patient.site.local_date(now)
    records = gather(patient, today, asked, reader=request.user)
    allowed = permissions_at(request.user, patient.site)
    desk = desk_of(request.user, patient.site, today)
    page = {
        "queue_words": places_words(patient, whereabouts_of([patient], today), desk),
        "person": person_view(records),
        "risk": risk_view(records),
        "lesions": lesion_views(records, allowed),
        "one_visit": one_visit_words(records),
        "contacts": contact_rows(records, may_retract=Permission.RETRACT in allowed),
        "notes": note_rows(records),
        "note_url": _address("patient_note", patient, Permission.LOG_CONTACT in allowed),
        "outside_exam_url": _address("outside_exam", patient, Permission.RECORD_EXAM in allowed),
        "contact_url": _address("contact_log", patient, Permission.LOG_CONTACT in allowed),
        "letter_url": _letter_url(patient, Permission.LOG_CONTACT in allowed),
        "address_url": _address("patient_address", patient, Permission.AMEND_PATIENT in allowed),
        "details_url": _address("contact_details", patient, Permission.AMEND_PATIENT in allowed),
        "consent_url": _address("patient_consent", patient, Permission.LOG_CONTACT in allowed),
        "audit_url": _audit_url(patient) if Permission.VIEW_AUDIT in allowed else "",
        "status_url": _address("patient_status", patient, Permission.WITHDRAW in allowed),
    }
    return render(request, "surveillance/patient.html", page)


def _audit_url(patient: Patient) -> str:
    """Who looked at this record."""
    return f"{reverse('access_review')}?site={patient.site.slug}&patient={patient.pk}"


def _address(name: str, patient: Patient, is_allowed: bool) -> str:
    return reverse(name, args=[patient.pk]) if is_allowed else ""


def _letter_url(patient: Patient, is_allowed: bool) -> str:
    """Not offered where it would be refused: the page says beside the address why."""
    return _address("patient_letter", patient, is_allowed and not why_not_written_to(patient))
