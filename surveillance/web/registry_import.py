"""An administrator hands in a registry file, sees what it would do, and confirms.

Nothing of a file is recorded before it is confirmed. A small file is worked on while the page
waits; a large one by a worker, and its page asks again every few seconds.
"""

from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from surveillance.intake.csv_registry.columns import COLUMNS
from surveillance.intake.csv_registry.summary import ERROR_COLUMNS, csv_line, error_cells
from surveillance.intake.csv_registry.uploads import (
    WHILE_WAITING,
    keep_upload,
    remove_upload,
    work_on_uploads,
)
from surveillance.models import RegistryImport, RegistryImportStatus
from surveillance.registry.rows import RowProblem, Severity
from surveillance.roles import Permission, sites_where
from surveillance.web.access import SignedInRequest, signed_in
from surveillance.web.registry_import_form import RegistryFileForm
from surveillance.web.registry_import_view import import_view
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.offer_registry_file import offer_registry_file
from surveillance.workflows.settle_registry_import import settle_registry_import

RECENT = 20
VERBS = {
    "confirm": RegistryImportStatus.RUNNING,
    "discard": RegistryImportStatus.DISCARDED,
}


@require_http_methods(["GET", "POST"])
@signed_in
def registry_import(request: SignedInRequest) -> HttpResponse:
    """The form, and this person's latest files."""
    sites = sites_where(request.user, Permission.IMPORT_REGISTRY).order_by("name")
    if not sites:
        raise PermissionDenied
    is_post = request.method == "POST"
    given = (request.POST, request.FILES) if is_post else (None, None)
    form = RegistryFileForm(*given, sites=sites)
    if form.is_valid():
        row = _offer(request, form)
        return redirect("registry_import_file", pk=row.pk)
    files = RegistryImport.objects.offered_by(request.user).select_related("site")[:RECENT]
    page = {"form": form, "files": [import_view(row) for row in files]}
    status = 422 if form.errors else 200
    return render(request, "surveillance/registry_import/start.html", page, status=status)


def _offer(request: SignedInRequest, form: RegistryFileForm) -> RegistryImport:
    file = form.cleaned_data["file"]
    row = offer_registry_file(
        file_name=file.name,
        stored_path=str(keep_upload(file.chunks())),
        file_size=file.size,
        site=form.cleaned_data["site"],
        date_format=form.cleaned_data["date_format"],
        by=request.user,
        now=timezone.now(),
    )
    _work_if_small(row)
    return row


def _work_if_small(row: RegistryImport) -> None:
    if row.file_size <= WHILE_WAITING:
        work_on_uploads(clock=timezone.now, only=row.pk)


@require_http_methods(["GET", "POST"])
@signed_in
def registry_import_file(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One file: what it would do or did. POST `verb`: confirm or discard."""
    row = _file_or_404(request, pk)
    if request.method == "POST":
        _settle(request, row)
        return redirect("registry_import_file", pk=row.pk)
    fragment = "surveillance/registry_import/_file.html"
    page = fragment if request.htmx else "surveillance/registry_import/file.html"
    return render(request, page, {"file": import_view(row)})


def _settle(request: SignedInRequest, row: RegistryImport) -> None:
    status = VERBS.get(request.POST.get("verb", ""))
    if status is None:
        return
    try:
        now = timezone.now()
        settle_registry_import(registry_import=row, status=status, by=request.user, now=now)
    except WorkflowRefused as refused:
        messages.error(request, str(refused))
        return
    if status is RegistryImportStatus.DISCARDED:
        remove_upload(row)
        messages.success(request, _("The file is discarded. Nothing of it was recorded."))
    else:
        _work_if_small(row)


def _file_or_404(request: SignedInRequest, pk: UUID) -> RegistryImport:
    if not sites_where(request.user, Permission.IMPORT_REGISTRY).exists():
        raise PermissionDenied
    mine = RegistryImport.objects.offered_by(request.user).select_related("site")
    return get_object_or_404(mine, pk=pk)


@require_safe
@signed_in
def registry_import_problems(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
    """All problems of one file, as a file that a spreadsheet opens."""
    return _download("errors.csv", _problem_lines(_file_or_404(request, pk)))


def _problem_lines(row: RegistryImport) -> Iterator[str]:
    yield csv_line(ERROR_COLUMNS)
    for one in row.problems.order_by("line", "pk").iterator(chunk_size=2000):
        severity = Severity.ERROR if one.is_error else Severity.NOTE
        problem = RowProblem(
            one.line, one.column, one.value, one.code, one.message, one.cure, severity
        )
        yield csv_line(error_cells(problem))


@require_safe
@signed_in
def registry_template(_request: SignedInRequest) -> HttpResponseBase:
    """An empty registry file: its first row has all columns."""
    names = [column.name for column in COLUMNS]
    return _download("registry-template.csv", iter([csv_line(names)]))


def _download(name: str, lines: Iterator[str]) -> HttpResponseBase:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    text = (line.encode("utf-8-sig" if first else "utf-8") for first, line in _numbered(lines))
    return StreamingHttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


def _numbered(lines: Iterator[str]) -> Iterator[tuple[bool, str]]:
    """Each line with whether it is the first, which carries the mark that spreadsheets look for."""
    return ((number == 0, line) for number, line in enumerate(lines))
