"""An exam at another institution: its report and proof are put on file and matched as any other."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from surveillance.arrivals import Person, ReportArrival, ReportState
from surveillance.models import ExamDocument, ExamMatch, IntakeItem
from surveillance.protocol.terms import Modality
from surveillance.roles import Permission, sites_where
from surveillance.web.access import SignedInRequest, patient_or_404, require, signed_in
from surveillance.web.action_page import Action, show, subject_of
from surveillance.web.looks import note_look
from surveillance.web.outside_exam_form import OutsideExamForm
from surveillance.web.refusals import accepted
from surveillance.workflows.upload_exam import Document, upload_exam

ACTION = Action(
    gettext_noop("Exam at another institution"),
    gettext_noop("Put on file"),
    gettext_noop(
        "It counts once its report is on file. What it shows of each lesion you confirm on the "
        "next page; nothing is closed that the report does not answer for certain."
    ),
)
LONGEST_ACCESSION = 64


@require_http_methods(["GET", "POST"])
@signed_in
def outside_exam(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The form; then the exam to confirm, or the patient's page."""
    patient, now = patient_or_404(request.user, pk), timezone.now()
    require(request.user, Permission.RECORD_EXAM, patient.site)
    is_sent = request.method == "POST"
    form = OutsideExamForm(request.POST or None, request.FILES if is_sent else None)
    kept: list[IntakeItem] = []

    def act() -> None:
        item = upload_exam(
            patient=patient,
            arrival=_arrival(form, patient.mrn, now),
            document=_document(form),
            by=request.user,
            now=now,
        )
        kept.append(item)

    if form.is_valid() and accepted(form, act):
        messages.success(request, kept[0].reason)
        return _on_to(kept[0], patient.pk)
    if form.errors and request.FILES and "document" not in form.errors:
        form.add_error("document", _("Choose the file again: browsers do not keep it"))
    today = patient.site.local_date(now)
    template = "surveillance/matches/outside_exam.html"
    return show(request, ACTION, subject_of(patient, today), form, template)


def _on_to(item: IntakeItem, patient: UUID) -> HttpResponse:
    waiting = ExamMatch.objects.undecided().filter(item=item).order_by("pk").first()
    if waiting is not None:
        return redirect("exam_match", pk=waiting.pk)
    return redirect("patient", pk=patient)


def _arrival(form: OutsideExamForm, mrn: str, now: datetime) -> ReportArrival:
    """The number there is told apart from our own by the institution's name."""
    said = form.cleaned_data
    read = said["document"].text if said["document"] else ""
    return ReportArrival(
        person=Person(mrn=mrn),
        accession=f"{said['reference']} ({said['institution']}"[: LONGEST_ACCESSION - 1] + ")",
        state=ReportState.FINAL,
        performed_on=said["performed_on"],
        modality=Modality(said["modality"]),
        text=said["text"] or read,
        reporter=said["institution"],
        is_external=True,
        evidence=said["evidence"],
        said_at=now,
    )


def _document(form: OutsideExamForm) -> Document | None:
    found = form.cleaned_data["document"]
    return None if found is None else Document(found.media_type, form.content)


@require_safe
@signed_in
def exam_document(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The document as it was uploaded: a download, so that no browser runs what it holds."""
    seen = ExamDocument.objects.filter(
        patient__site__in=sites_where(request.user, Permission.VIEW_PATIENT)
    )
    document = get_object_or_404(seen.select_related("patient__site"), pk=pk)
    note_look(request, document.patient)
    ending = "pdf" if document.media_type == "application/pdf" else "txt"
    response = HttpResponse(bytes(document.content), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{_("outside-exam")}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
