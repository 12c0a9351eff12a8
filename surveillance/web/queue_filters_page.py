"""Saved filters: keep the list in view under a name; rename, share, delete what is kept."""

from collections.abc import Callable
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from surveillance.models import LONGEST_NAME, SavedFilter
from surveillance.roles import Permission, permissions_at
from surveillance.web.access import SignedInRequest, choose_site, signed_in, sites_of_queue
from surveillance.web.queue import read_tab
from surveillance.web.queue_choices import owners_at, saved_for
from surveillance.web.queue_filter import read_filter
from surveillance.web.queue_filter_view import address_of, state_of
from surveillance.web.queue_saved_view import saved_rows, words_of_list
from surveillance.web.refusals import accepted
from surveillance.web.typed_form import TypedForm
from surveillance.workflows.delete_filter import delete_filter
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.rename_filter import rename_filter
from surveillance.workflows.save_filter import save_filter
from surveillance.workflows.share_filter import share_filter

WHOSE = (
    ("HERE", gettext_lazy("Only I, at this site")),
    ("EVERYWHERE", gettext_lazy("Only I, at all my sites")),
    ("TEAM", gettext_lazy("Everybody who sees the queue of this site")),
)


class SaveForm(TypedForm):
    """Under which name the list is kept, and for whom."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy(
            "Never a patient’s name: the list may be shared, and names are kept."
        ),
        max_length=LONGEST_NAME,
        error_messages={"required": gettext_lazy("Give it a name")},
    )
    whose = forms.ChoiceField(
        widget=forms.RadioSelect,
        label=gettext_lazy("Who sees it in the menu?"),
        initial="HERE",
        error_messages={"required": gettext_lazy("Choose who sees it")},
    )

    def __init__(self, data: object, *, may_share: bool) -> None:
        super().__init__(data)
        offered = WHOSE if may_share else WHOSE[:-1]
        self.fields["whose"].choices = offered  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@signed_in
def queue_filters(request: SignedInRequest) -> HttpResponse:
    """What is kept, and the list of the address to be kept (GET); keep it (POST)."""
    site = choose_site(request, sites_of_queue(request.user))
    owners, allowed = owners_at(site), permissions_at(request.user, site)
    tab, narrowed = (
        read_tab(request.GET.get("tab", "")),
        read_filter(request.GET, owners),
    )
    form = SaveForm(
        request.POST if request.method == "POST" else None,
        may_share=Permission.SHARE_FILTER in allowed,
    )

    def act() -> None:
        said = form.cleaned_data
        save_filter(
            name=said["name"],
            query=urlencode(state_of(tab, narrowed)),
            site=site,
            is_everywhere=said["whose"] == "EVERYWHERE",
            is_shared=said["whose"] == "TEAM",
            by=request.user,
            now=timezone.now(),
        )

    if form.is_valid() and accepted(form, act):
        messages.success(request, _("Saved. It is in the menu “Saved filters” of the queue."))
        return redirect(address_of(site, tab, narrowed))
    context = {
        "form": form,
        "site_name": site.name,
        "list_words": words_of_list(tab, narrowed),
        "back_url": address_of(site, tab, narrowed),
        "rows": saved_rows(saved_for(request.user, site), site, owners, request.user, allowed),
        "longest_name": LONGEST_NAME,
    }
    status = 422 if form.errors else 200
    return render(request, "surveillance/queue_filters.html", context, status=status)


@require_POST
@signed_in
def queue_filter_change(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Rename, share, take back or delete one; which of them says the button."""
    at_their_sites = SavedFilter.objects.filter(site__in=sites_of_queue(request.user))
    seen = at_their_sites.filter(Q(owner=request.user) | Q(is_shared=True))
    saved = get_object_or_404(seen.select_related("site", "owner"), pk=pk)
    act = VERBS.get(request.POST.get("verb", ""))
    if act is None:
        return HttpResponseBadRequest(_("Choose what to do with the filter."))
    try:
        messages.success(request, act(request, saved, request.user))
    except WorkflowRefused as refused:
        messages.error(request, refused.message)
    return redirect(f"{reverse('queue_filters')}?{urlencode({'site': saved.site.slug})}")


def _rename(request: SignedInRequest, saved: SavedFilter, by: User) -> str:
    rename_filter(saved=saved, name=request.POST.get("name", ""), by=by, now=timezone.now())
    return _("Renamed.")


def _share(_request: SignedInRequest, saved: SavedFilter, by: User) -> str:
    share_filter(saved=saved, is_shared=True, by=by, now=timezone.now())
    return _("Shared with everybody who sees the queue of this site.")


def _take_back(_request: SignedInRequest, saved: SavedFilter, by: User) -> str:
    share_filter(saved=saved, is_shared=False, by=by, now=timezone.now())
    return _("It is in its owner’s menu only.")


def _delete(_request: SignedInRequest, saved: SavedFilter, by: User) -> str:
    delete_filter(saved=saved, by=by, now=timezone.now())
    return _("Deleted.")


VERBS: dict[str, Callable[[SignedInRequest, SavedFilter, User], str]] = {
    "rename": _rename,
    "share": _share,
    "take_back": _take_back,
    "delete": _delete,
}
