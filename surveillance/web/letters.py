"""The letters of a site: how many wait, and its print runs."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from patients.models import Site
from surveillance.models import LetterBatch, Notification
from surveillance.roles import Permission, sites_where
from surveillance.web.access import SignedInRequest, choose_site, signed_in
from surveillance.web.letter_view import batch_view
from surveillance.web.wording import count_words, moment_words
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.prepare_letter_batch import prepare_letter_batch

RECENT = 30


@require_http_methods(["GET", "POST"])
@signed_in
def letters(request: SignedInRequest) -> HttpResponse:
    """What waits and the newest runs (GET); make a run of what waits (POST)."""
    sites = list(sites_where(request.user, Permission.PRINT_LETTERS).order_by("name"))
    if not sites:
        raise PermissionDenied
    site, now = choose_site(request, sites), timezone.now()
    if request.method == "POST":
        return _prepare(request, site, now)
    runs = LetterBatch.objects.filter(site=site).order_by("-prepared_at", "pk")
    people = ("site", "prepared_by", "checked_by", "posted_by", "discarded_by")
    page = {
        "site": site.name,
        "runs": [batch_view(run) for run in runs.select_related(*people)[:RECENT]],
        **_waiting(site),
    }
    return render(request, "surveillance/letters/list.html", page)


def _waiting(site: Site) -> dict[str, str]:
    rows = Notification.objects.letters_to_print().filter(site=site)
    patients = rows.values("patient").distinct().count()
    oldest = rows.order_by("created_at").values_list("created_at", flat=True).first()
    return {
        "waiting": count_words(patients, "letter") if patients else "",
        "oldest": moment_words(oldest, site),
    }


def _prepare(request: SignedInRequest, site: Site, now: datetime) -> HttpResponse:
    try:
        batch = prepare_letter_batch(site=site, by=request.user, now=now)
    except WorkflowRefused as refused:
        messages.error(request, refused.message)
        return redirect("letters")
    messages.success(request, _("The run is prepared: print it, check it, post it."))
    return redirect("letter_batch", pk=batch.pk)
