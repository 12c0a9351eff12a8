"""Messages of senders that nobody has registered: for administrators, who register or set aside.

They belong to no site: whoever administers some site sees all of them, but not what is in them.
"""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveillance.models import StrayAside, StrayMessage
from surveillance.web.access import SignedInRequest, choose_site, signed_in
from surveillance.web.intake_forms import AsideForm
from surveillance.web.people_query import administered
from surveillance.web.refusals import accepted, words_of
from surveillance.web.unknown_senders_view import (
    aside_rows,
    feeds_of_names,
    names_of,
    names_words,
    sender_rows,
    waiting_by_sender,
)
from surveillance.web.wording import count_words, moment_words, number_words
from surveillance.workflows.empty_old_messages import DEFAULT_DAYS
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.keep_stray import MOST_STRAYS
from surveillance.workflows.set_strays_aside import set_strays_aside
from surveillance.workflows.undo_strays_aside import undo_strays_aside

SENDERS_SHOWN = 100
ASIDES_SHOWN = 100


@require_safe
@signed_in
def unknown_senders(request: SignedInRequest) -> HttpResponse:
    """Who they are and how much waits of each; what was set aside and can be undone."""
    sites = list(administered(request.user))
    here = choose_site(request, sites)
    found = waiting_by_sender()
    shown = dict(list(found.items())[:SENDERS_SHOWN])
    asides = list(StrayAside.objects.with_bytes().select_related("set_aside_by")[:ASIDES_SHOWN])
    feeds = feeds_of_names([*shown, *map(names_of, asides)])
    page = {
        "rows": sender_rows(shown, feeds, sites, here),
        "more": number_words(len(found) - len(shown)) if len(found) > len(shown) else "",
        "asides": aside_rows(asides, feeds, here),
        "is_full": sum(one.count for one in found.values()) > MOST_STRAYS,
        "most": number_words(MOST_STRAYS),
    }
    return render(request, "surveillance/intake/unknown_senders.html", page)


@require_http_methods(["GET", "POST"])
@signed_in
def unknown_sender_aside(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Why what came from this sender, up to this message, is set aside; POST does it."""
    here = choose_site(request, list(administered(request.user)))
    newest = get_object_or_404(StrayMessage.objects.defer("raw"), pk=pk)
    form = AsideForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        reason = form.cleaned_data["reason"]
        set_strays_aside(newest=newest, reason=reason, by=request.user, now=timezone.now())

    if form.is_valid() and accepted(form, act):
        messages.success(request, _("Set aside. What this sender sends from now on waits again."))
        return redirect("unknown_senders")
    waiting = StrayMessage.objects.waiting().of(*names_of(newest))
    page = {
        "form": form,
        "sender": names_words(names_of(newest)),
        "count": count_words(
            waiting.filter(received_at__lte=newest.received_at).count(), "message"
        ),
        "last": moment_words(newest.received_at, here),
        "days": DEFAULT_DAYS,
    }
    status = 422 if form.errors else 200
    return render(request, "surveillance/intake/unknown_sender_aside.html", page, status=status)


@require_POST
@signed_in
def stray_aside_undo(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """It waits again, or is taken over if its sender is a feed now."""
    administered(request.user)
    aside = get_object_or_404(StrayAside, pk=pk)
    try:
        undo_strays_aside(aside=aside, by=request.user, now=timezone.now())
    except WorkflowRefused as refused:
        messages.error(request, words_of(refused))
    else:
        messages.success(request, _("Undone: it waits again."))
    return redirect("unknown_senders")
