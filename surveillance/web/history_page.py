"""The history of one lesion: as a page, as known on a day, as a print and as a file."""

from base64 import b64encode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from patients.kept_words import in_the_language_of_records
from surveillance.delivery.typesetting import CannotBePrinted, set_page
from surveillance.lesion_export import export_lesion
from surveillance.web.access import SignedInRequest, lesion_or_404, signed_in
from surveillance.web.chart import Chart
from surveillance.web.history_query import LesionHistory, read_history
from surveillance.web.history_view import (
    entry_rows,
    file_links,
    later_words,
    lesion_then,
    page_of_rows,
)
from surveillance.web.letter_batch import download
from surveillance.web.looks import note_look
from surveillance.web.wording import moment_words, name_of_user
from surveillance.workflows.record_download import record_download


@require_safe
@signed_in
def lesion_history(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One timeline of everything; that it was looked at is recorded."""
    return _page(request, _asked(request, pk))


def _page(request: SignedInRequest, history: LesionHistory) -> HttpResponse:
    lesion = history.lesion
    note_look(request, lesion.patient)
    context = {
        "lesion": lesion_then(history),
        "form": history.form,
        "is_narrowed": bool(history.asked.kinds or history.asked.known_on),
        "entries": page_of_rows(history, request.GET.get("page", "1")),
        "later_words": later_words(history),
        "later_url": f"?{history.asked.query(later=1)}#later",
        "later": entry_rows(history.later, lesion) if history.asked.with_later else (),
        "files": file_links(history),
    }
    status = 422 if history.form.errors else 200
    return render(request, "surveillance/history/page.html", context, status=status)


@require_safe
@signed_in
def lesion_summary(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The same as a tagged PDF, all entries in one; who took it out is recorded. A day that cannot
    be read is told on the page: no file silently says another."""
    history, now = _asked(request, pk), timezone.now()
    if history.form.errors:
        return _page(request, history)
    lesion, site = history.lesion, history.lesion.patient.site
    then = lesion_then(history)
    context = {
        "lesion": then,
        "title": _("Summary of {name}, MRN {mrn}").format(name=then.name, mrn=then.mrn),
        "chart": chart_image(then.chart) if then.chart else "",
        "site": site.name,
        "entries": entry_rows(history.known, lesion),
        "printed": _("Printed {moment} by {who}.").format(
            moment=moment_words(now, site), who=name_of_user(request.user)
        ),
        "language": (get_language() or settings.LANGUAGE_CODE).partition("-")[0],
    }
    try:
        pdf = set_page(render_to_string("surveillance/history/summary.html", context))
    except CannotBePrinted as why:
        messages.error(request, str(why))
        return redirect("lesion_history", pk=lesion.pk)
    record_download(subject=lesion, form="pdf", by=request.user, now=now)
    return download(pdf, "application/pdf", f"lesion-{lesion.pk}.pdf")


@require_safe
@signed_in
def lesion_export(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The same as JSON (docs/lesion-export.md), in English for whoever reads it there; who took it
    out is recorded. A day that cannot be read is told on the page, as for the PDF."""
    now = timezone.now()
    with in_the_language_of_records():
        history = _asked(request, pk)
    if history.form.errors:
        return _page(request, _asked(request, pk))  # told in the reader's language
    with in_the_language_of_records():
        content = export_lesion(
            history.lesion, entries=history.known, known_on=history.asked.known_on, exported_at=now
        )
        response = JsonResponse(content, json_dumps_params={"indent": 2, "ensure_ascii": False})
    lesion = history.lesion
    record_download(subject=lesion, form="json", by=request.user, now=now)
    response["Content-Disposition"] = f'attachment; filename="lesion-{lesion.pk}.json"'
    return response


def chart_image(chart: Chart) -> str:
    """The drawing as an address that carries it whole: a page to be set loads nothing."""
    drawn = render_to_string("surveillance/history/chart.svg", {"chart": chart})
    return f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}"


def _asked(request: SignedInRequest, pk: UUID) -> LesionHistory:
    return read_history(lesion_or_404(request.user, pk), request.GET, timezone.now())
