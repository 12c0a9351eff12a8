"""The side panel of a row of the queue: a fragment for htmx, a whole page at the same address."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from surveillance.roles import permissions_at
from surveillance.web.access import SignedInRequest, follow_up_or_404, patient_or_404, signed_in
from surveillance.web.looks import note_look
from surveillance.web.panel_view import Viewer, panel_view
from surveillance.web.patient_query import gather
from surveillance.web.person_view import person_view
from surveillance.web.queue_query import surroundings_of


@require_safe
@signed_in
def panel(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The patient's story in short, what comes next, and the row as it stands now."""
    follow_up = follow_up_or_404(request.user, pk)
    patient = patient_or_404(request.user, follow_up.patient_id)
    now = timezone.now()
    note_look(request, patient, "panel")
    on = patient.site.local_date(now)
    records = gather(patient, on, reader=request.user, with_history=False)
    rows = [row for owed in records.open_by_lesion.values() for row in owed]
    around = surroundings_of([follow_up, *rows], on, request.user)
    viewer = Viewer(request.user, now, permissions_at(request.user, patient.site))
    context = {
        "person": person_view(records),
        "panel": panel_view(follow_up, records, around, viewer),
    }
    template = "surveillance/_panel.html" if request.htmx else "surveillance/panel.html"
    return render(request, template, context)
