"""What other systems sent and could not be taken in: a person looks, mends it, and it goes in."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from patients.models import Patient
from surveillance.intake.applying import take_in_message
from surveillance.intake.reading_again import parts_read_again
from surveillance.models import IntakeFeed, IntakeItem, ItemStatus
from surveillance.roles import Permission, may, sites_where
from surveillance.said_before import patient_known_as
from surveillance.web.access import SignedInRequest, choose_site, signed_in
from surveillance.web.intake_forms import AsideForm, AssignForm
from surveillance.web.intake_not_used import not_used_at
from surveillance.web.intake_waiting import Chosen, page_links, waiting_groups
from surveillance.web.intake_words import (
    day_rows,
    feed_rows,
    item_view,
    status_heads,
    waiting_rows,
)
from surveillance.web.looks import note_look
from surveillance.web.refusals import words_of
from surveillance.web.shell import NavItem
from surveillance.web.unknown_senders_view import strays_waiting
from surveillance.web.wording import count_words
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.replay_message import replay_message
from surveillance.workflows.set_item_aside import set_item_aside
from surveillance.workflows.take_in_again import take_in_again

SHOWN = 100


@require_safe
@signed_in
def intake_inbox(request: SignedInRequest) -> HttpResponse:
    """What waits at one site, the oldest first, all or of one system and reason; what came these
    days; the feeds."""
    sites = list(sites_where(request.user, Permission.MEND_INTAKE).order_by("name"))
    site = choose_site(request, sites)
    chosen = Chosen.of(request.GET)
    waiting = IntakeItem.objects.waiting().filter(site=site)
    rows = chosen.among(waiting).select_related("message__feed", "site")
    some = Paginator(rows.defer("message__raw", "content"), SHOWN).get_page(request.GET.get("page"))
    here = reverse("intake_inbox")
    page = {
        "site": site.name,
        "others": [
            NavItem(other.name, f"{here}?site={other.slug}") for other in sites if other != site
        ],
        "strays": strays_waiting(request.user),
        "rows": waiting_rows(some),
        "shown": count_words(some.paginator.count, "part"),
        "groups": waiting_groups(waiting, site, chosen),
        "all_url": f"{here}?site={site.slug}" if chosen.is_any else "",
        "pages": page_links(some, f"{here}?{chosen.query(site)}"),
        "aside": AsideForm() if chosen.is_any else None,
        "aside_url": f"{reverse('intake_aside')}?{chosen.query(site)}",
        "heads": status_heads(),
        "days": day_rows(site, timezone.now()),
        "not_used": not_used_at(site, timezone.now()),
        "feeds": feed_rows(IntakeFeed.objects.filter(site=site).order_by("name")),
        "may_add": may(request.user, Permission.ADMINISTER, site),
    }
    return render(request, "surveillance/intake/inbox.html", page)


@require_http_methods(["GET", "POST"])
@signed_in
def intake_item(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One part with its message as it came. POST `verb`: again, read, assign or aside."""
    item = _item_or_404(request, pk)
    verb = VERBS.get(request.POST.get("verb", "")) if request.method == "POST" else None
    if verb is not None:
        _done(request, item, verb)
        return redirect("intake_item", pk=item.pk)
    patient = item.patient or patient_known_as(item.site, item.mrn)
    if patient is not None:
        note_look(request, patient)
    page = {
        "item": item_view(item),
        "patient_url": reverse("patient", args=[patient.pk]) if patient else "",
        "assign": AssignForm(),
        "aside": AsideForm(),
    }
    return render(request, "surveillance/intake/item.html", page)


def _item_or_404(request: SignedInRequest, pk: UUID) -> IntakeItem:
    sites = sites_where(request.user, Permission.MEND_INTAKE)
    joined = ("message__feed", "site", "patient", "settled_by")
    return get_object_or_404(
        IntakeItem.objects.filter(site__in=sites).select_related(*joined), pk=pk
    )


def _done(
    request: SignedInRequest, item: IntakeItem, verb: Callable[[SignedInRequest, IntakeItem], None]
) -> None:
    try:
        verb(request, item)
    except WorkflowRefused as refused:
        messages.error(request, words_of(refused))
        return
    item.refresh_from_db()
    if item.status == ItemStatus.WAITING:
        messages.error(request, _("It waits still; the reason is below."))
    else:
        messages.success(request, _(str(ItemStatus(item.status).label)))


def _again(request: SignedInRequest, item: IntakeItem) -> None:
    now = timezone.now()
    take_in_again(item=item, by=request.user, now=now)
    take_in_message(item.message, now)


def _read(request: SignedInRequest, item: IntakeItem) -> None:
    now = timezone.now()
    parts = parts_read_again(item.message)
    replay_message(message=item.message, parts=parts, by=request.user, now=now)
    take_in_message(item.message, now)


def _assign(request: SignedInRequest, item: IntakeItem) -> None:
    form, now = AssignForm(request.POST), timezone.now()
    mrn = form.cleaned_data["mrn"] if form.is_valid() else ""
    patient = Patient.objects.filter(site=item.site, mrn=mrn).first()
    if patient is None:
        messages.error(request, _("No patient of this site has this record number."))
        return
    take_in_again(item=item, patient=patient, by=request.user, now=now)
    take_in_message(item.message, now)


def _aside(request: SignedInRequest, item: IntakeItem) -> None:
    form = AsideForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    set_item_aside(item=item, reason=reason, by=request.user, now=timezone.now())


VERBS = {"again": _again, "read": _read, "assign": _assign, "aside": _aside}
