"""Everything recorded about one patient as a file; that it was taken out is recorded first."""

from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from surveillance.intake.csv_registry.summary import csv_line, harmless
from surveillance.patient_export import as_cells, as_json, records_of
from surveillance.roles import Permission, sites_where
from surveillance.web.access import SignedInRequest, patient_or_404, require, signed_in
from surveillance.web.letter_batch import download
from surveillance.workflows.record_download import record_download

COLUMNS = ("record", "id", "field", "value")


@require_safe
@signed_in
def patient_export(request: SignedInRequest, pk: UUID, form: str) -> HttpResponse:
    """JSON or CSV, with every view of the record, this one included."""
    if form not in ("json", "csv"):
        raise Http404
    patient = patient_or_404(request.user, pk)
    require(request.user, Permission.VIEW_AUDIT, patient.site)
    now = timezone.now()
    record_download(subject=patient, form=form, by=request.user, now=now)
    records = records_of(patient, sites=sites_where(request.user, Permission.VIEW_AUDIT))
    name = f"patient-{patient.pk}.{form}"
    if form == "csv":
        lines = [csv_line(COLUMNS), *(csv_line(map(harmless, row)) for row in as_cells(records))]
        return download("".join(lines).encode("utf-8-sig"), "text/csv; charset=utf-8", name)
    content = as_json(patient, records, exported_at=now)
    response = JsonResponse(content, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
