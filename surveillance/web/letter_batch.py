"""One print run: its manifest, its files, checking, posting and giving it up."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from surveillance.delivery.letter_pdf import print_letters
from surveillance.delivery.letter_reading import NotReadable, verify_letters
from surveillance.delivery.typesetting import CannotBePrinted
from surveillance.models import Letter, LetterBatch
from surveillance.models.letter import IN_HAND
from surveillance.protocol.mailing import sample_of
from surveillance.roles import Permission, sites_where
from surveillance.web.access import SignedInRequest, signed_in
from surveillance.web.letter_forms import CheckForm, CompareForm, DiscardForm, PostForm
from surveillance.web.letter_trail import refused_checks
from surveillance.web.letter_view import (
    batch_view,
    finding_words,
    manifest_lines,
    sheet_rows,
)
from surveillance.web.refusals import accepted
from surveillance.workflows.check_letter_batch import check_letter_batch
from surveillance.workflows.discard_letter_batch import discard_letter_batch
from surveillance.workflows.post_letter_batch import post_letter_batch, unwanted_sheets
from surveillance.workflows.record_download import record_download

PEOPLE = ("site", "prepared_by", "checked_by", "posted_by", "discarded_by")


def batch_or_404(request: SignedInRequest, pk: UUID) -> LetterBatch:
    """The run, if at a site where this person may print; else as if it did not exist."""
    sites = sites_where(request.user, Permission.PRINT_LETTERS)
    return get_object_or_404(LetterBatch.objects.select_related(*PEOPLE), pk=pk, site__in=sites)


def letters_of(batch: LetterBatch) -> list[Letter]:
    """In order of their sheets."""
    return list(batch.letters.order_by("sequence").prefetch_related("events"))


@require_http_methods(["GET", "POST"])
@signed_in
def letter_batch(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """State and manifest (GET); "it is posted" (POST)."""
    batch, now = batch_or_404(request, pk), timezone.now()
    form = PostForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _is_posted(request, batch, form, now):
        messages.success(request, _("The run is posted, and each letter is on file."))
        return redirect("letter_batch", pk=batch.pk)
    return _show_batch(request, batch, form, now)


def _is_posted(request: SignedInRequest, batch: LetterBatch, form: PostForm, now: datetime) -> bool:
    sheets = form.sheets
    return accepted(
        form,
        lambda: post_letter_batch(batch=batch, taken_out=sheets, by=request.user, now=now),
    )


def _show_batch(
    request: SignedInRequest, batch: LetterBatch, form: PostForm, now: datetime
) -> HttpResponse:
    out = unwanted_sheets(batch, now) if batch.status in IN_HAND else []
    page = {
        "batch": batch_view(batch),
        "refused": refused_checks(batch),
        "sheets": sheet_rows(batch, letters_of(batch), out),
        "out": " ".join(str(number) for number in out),
        "out_words": ", ".join(str(number) for number in out),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "surveillance/letters/batch.html", page, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def letter_check(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Type the codes of some sheets; they are not shown here, so that nobody copies them."""
    batch = batch_or_404(request, pk)
    sample = sample_of(batch.size, batch.digest)
    letters = list(batch.letters.filter(sequence__in=sample).order_by("sequence"))
    form = CheckForm(request.POST if request.method == "POST" else None, sample=letters)
    if form.is_valid():
        codes, now = form.codes, timezone.now()
        if accepted(
            form,
            lambda: check_letter_batch(batch=batch, codes=codes, by=request.user, now=now),
        ):
            messages.success(
                request, _("Every sheet is the one that the manifest names. Post them.")
            )
            return redirect("letter_batch", pk=batch.pk)
    return _show(request, "check", batch, form)


@require_http_methods(["GET", "POST"])
@signed_in
def letter_discard(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Give a run up, with a reason."""
    batch = batch_or_404(request, pk)
    form = DiscardForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason, now = form.cleaned_data["reason"], timezone.now()
        if accepted(
            form,
            lambda: discard_letter_batch(batch=batch, reason=reason, by=request.user, now=now),
        ):
            messages.success(request, _("The run is discarded; its letters wait for the next one."))
            return redirect("letters")
    return _show(request, "discard", batch, form)


@require_http_methods(["GET", "POST"])
@signed_in
def letter_compare(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Compare a PDF with the manifest, page by page."""
    batch = batch_or_404(request, pk)
    given = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = CompareForm(*given)
    if not form.is_valid():
        return _show(request, "compare", batch, form)
    try:
        sheets = verify_letters(form.cleaned_data["file"].read(), letters_of(batch))
    except NotReadable as unreadable:
        form.add_error("file", _(str(unreadable)))
        return _show(request, "compare", batch, form)
    wrong = [words for words in map(finding_words, sheets) if words]
    return _show(request, "compare", batch, form, compared=True, pages=len(sheets), wrong=wrong)


def _show(
    request: SignedInRequest, name: str, batch: LetterBatch, form: Form, **more: Any
) -> HttpResponse:
    page = {"batch": batch_view(batch), "form": form, **more}
    status = 422 if form.errors else 200
    return render(request, f"surveillance/letters/{name}.html", page, status=status)


@require_safe
@signed_in
def letter_pdf(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The letters, ready to print; who took them out is recorded."""
    batch = batch_or_404(request, pk)
    try:
        pdf = print_letters(batch, letters_of(batch))
    except CannotBePrinted as why:
        messages.error(request, _(str(why)))
        return redirect("letter_batch", pk=batch.pk)
    record_download(subject=batch, form="pdf", by=request.user, now=timezone.now())
    return download(pdf, "application/pdf", f"letters-{batch.pk}.pdf")


@require_safe
@signed_in
def letter_manifest(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The manifest as a file; who took it out is recorded."""
    batch = batch_or_404(request, pk)
    text = "".join(manifest_lines(batch, letters_of(batch)))
    record_download(subject=batch, form="csv", by=request.user, now=timezone.now())
    return download(text.encode("utf-8-sig"), "text/csv; charset=utf-8", f"manifest-{batch.pk}.csv")


def download(content: bytes, content_type: str, name: str) -> HttpResponse:
    """A file to be saved; its name carries no patient."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)
