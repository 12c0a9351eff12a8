"""One captured report: confirm what was read with one key, exclude it, note what was clarified."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from patients.models import Patient
from surveillance.dataclass_json import from_json
from surveillance.models import CapturedReport, CaptureState, Exclusion
from surveillance.models.captured_report import GONE
from surveillance.protocol.report_reader.reading import Assertion, LesionStatement, ReportReading
from surveillance.roles import Permission, sites_where
from surveillance.said_before import patient_known_as
from surveillance.web.access import SignedInRequest, signed_in
from surveillance.web.captured_report_form import (
    CapturedReportForm,
    ClarificationForm,
    ExclusionForm,
)
from surveillance.web.captured_report_texts import other_texts
from surveillance.web.captured_report_view import report_detail
from surveillance.web.looks import note_look
from surveillance.web.refusals import accepted
from surveillance.web.typed_form import TypedForm
from surveillance.workflows.answer_clarification import answer_clarification
from surveillance.workflows.exclude_report import exclude_report
from surveillance.workflows.track_report import track_report

PROPOSED = (Assertion.AFFIRMED, Assertion.UNCERTAIN)


def report_or_404(request: SignedInRequest, pk: UUID) -> CapturedReport:
    """The report with its state, at a site where this person may record exams."""
    seen = CapturedReport.objects.with_state().filter(
        site__in=sites_where(request.user, Permission.RECORD_EXAM)
    )
    joined = ("item", "patient__site", "site", "clarification")
    rows = seen.select_related(*joined).prefetch_related("answers__answered_by")
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "POST"])
@signed_in
def captured_report(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The text with what was read marked, and the findings to confirm."""
    report, reading = _read(request, pk)
    form = CapturedReportForm(
        request.POST if request.method == "POST" else None,
        report=report,
        statements=_proposed(reading),
        patient=_patient_of(report),
    )

    def act() -> None:
        track_report(
            report=report,
            exam=form.exam(),
            demographics=form.demographics(),
            findings=form.findings(),
            by=request.user,
            now=timezone.now(),
        )

    if request.method == "POST" and form.is_valid() and accepted(form, act):
        messages.success(request, _("The findings are on file, and what is owed was decided."))
        return redirect("captured_report", pk=pk)
    return _shown(request, report, reading, form)


@require_http_methods(["GET", "POST"])
@signed_in
def captured_report_exclude(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """It is not tracked here: why."""
    report, reading = _read(request, pk)
    form = ExclusionForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        said = form.cleaned_data
        exclude_report(
            report=report,
            exclusion=Exclusion(said["exclusion"]),
            note=said["note"],
            by=request.user,
            now=timezone.now(),
        )

    if request.method == "POST" and form.is_valid() and accepted(form, act):
        messages.success(request, _("Excluded; it stays in the daily count with its reason."))
        return redirect("captured_reports")
    return _asked(request, report, reading, form, _("Exclude"))


@require_http_methods(["GET", "POST"])
@signed_in
def captured_report_clarify(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What the radiologist said of exam or interval."""
    report, reading = _read(request, pk)
    clarification = get_object_or_404(CapturedReport, pk=pk, clarification__isnull=False)
    form = ClarificationForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        answer_clarification(
            clarification=clarification.clarification,
            answer=form.cleaned_data["answer"],
            by=request.user,
            now=timezone.now(),
        )

    if request.method == "POST" and form.is_valid() and accepted(form, act):
        messages.success(request, _("The answer is on file."))
        return redirect("captured_report", pk=pk)
    return _asked(request, report, reading, form, _("Save the answer"))


def _read(request: SignedInRequest, pk: UUID) -> tuple[CapturedReport, ReportReading]:
    report = report_or_404(request, pk)
    if report.patient is not None:
        note_look(request, report.patient)
    return report, from_json(ReportReading, report.reading)


def _patient_of(report: CapturedReport) -> Patient | None:
    """Whose report it is, if on file by now."""
    known = report.patient or patient_known_as(report.site, report.item.mrn)
    return known and (known.merged_into or known)


def _proposed(reading: ReportReading) -> list[LesionStatement]:
    """Lesions of the liver that the report affirms or suspects, the calcified first."""
    said = [one for one in reading.lesions if one.assertion in PROPOSED]
    return sorted(said, key=lambda one: not one.is_calcified)


def _shown(
    request: SignedInRequest,
    report: CapturedReport,
    reading: ReportReading,
    form: CapturedReportForm,
) -> HttpResponse:
    state = getattr(report, "state")  # noqa: B009  (added by with_state)
    texts = other_texts(report)
    context = {
        "report": report_detail(report, reading),
        "texts": texts,
        "form": form,
        "groups": list(form.groups()),
        "is_waiting": state == CaptureState.WAITING,
        "is_gone": state in GONE,
        "silent_since": Exclusion.SAID_OTHERWISE if any(one.is_silent for one in texts) else "",
        "exclude_url": reverse("captured_report_exclude", args=[report.pk]),
    }
    status = 422 if form.errors else 200
    return render(request, "surveillance/reports/report.html", context, status=status)


def _asked(
    request: SignedInRequest,
    report: CapturedReport,
    reading: ReportReading,
    form: TypedForm,
    button: str,
) -> HttpResponse:
    context = {
        "report": report_detail(report, reading),
        "texts": other_texts(report),
        "form": form,
        "button": button,
    }
    status = 422 if form.errors else 200
    return render(request, "surveillance/reports/ask.html", context, status=status)
