"""Many rows of the queue at once: a preview that says what happens for each, then one click."""

from urllib.parse import urlsplit

from django import forms
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods

from patients.models import Membership, Role
from surveillance.models import FollowUp
from surveillance.ownership import ACCOUNTABLE
from surveillance.web.access import SignedInRequest, signed_in
from surveillance.web.bulk_acts import Act, Order, Pick, carry_out, picked, preview, read_picks
from surveillance.web.forms import words
from surveillance.web.typed_form import TypedForm
from surveillance.web.wording import name_of_user

Chosen = list[tuple[Pick, FollowUp]]
HEADINGS = {
    Act.LETTER: gettext_noop("Send letters"),
    Act.OWNER: gettext_noop("Assign or change owner"),
}
BUTTONS = {
    Act.LETTER: gettext_noop("Queue the letters"),
    Act.OWNER: gettext_noop("Change the owner"),
}


class NewOwnerForm(TypedForm):
    """Who answers for all of them from now on."""

    owner = forms.TypedChoiceField(
        coerce=int,
        label=gettext_lazy("New owner"),
        error_messages={"required": gettext_lazy("Choose the new owner")},
    )
    reason = words(gettext_lazy("Why"), required=False)

    def __init__(self, data: object, people: dict[int, tuple[User, str]]) -> None:
        super().__init__(data)
        choices = [
            (str(pk), f"{name_of_user(user)}, {role}") for pk, (user, role) in people.items()
        ]
        self.fields["owner"].choices = [("", _("Choose a person")), *choices]  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@signed_in
def bulk(request: SignedInRequest) -> HttpResponse:
    """Preview (POST with picks), then carry out (POST with `go`); each patient on its own."""
    act = request.POST.get("act", "")
    if act not in set(Act):
        return redirect("queue")
    chosen = picked(read_picks(request.POST.getlist("pick")), request.user)
    order = Order(Act(act), request.user, timezone.now())
    is_sent = "go" in request.POST
    if order.act == Act.LETTER:
        return _answer(request, order, chosen, None, is_sent=is_sent)
    people = _people(chosen)
    form = NewOwnerForm(request.POST if is_sent else None, people)
    if is_sent and form.is_valid():
        owner, _role = people[form.cleaned_data["owner"]]
        reason = form.cleaned_data["reason"]
        order = Order(order.act, order.by, order.now, owner, reason)
        return _answer(request, order, chosen, form, is_sent=True)
    return _answer(request, order, chosen, form, is_sent=False)


def _answer(
    request: SignedInRequest,
    order: Order,
    chosen: Chosen,
    form: forms.Form | None,
    *,
    is_sent: bool,
) -> HttpResponse:
    lines = carry_out(chosen, order) if is_sent else preview(chosen, order)
    page = {
        "act": order.act,
        "heading": _(HEADINGS[order.act]),
        "button": _(BUTTONS[order.act]),
        "can": [line for line in lines if not line.refusal],
        "cannot": [line for line in lines if line.refusal],
        "is_done": is_sent,
        "back_url": _list_of(request),
    }
    has_errors = form is not None and bool(form.errors)
    context = {"page": page, "form": form}
    return render(request, "surveillance/bulk.html", context, status=422 if has_errors else 200)


def _list_of(request: SignedInRequest) -> str:
    """The list from which they were chosen: only ever an address of the queue itself."""
    asked = urlsplit(request.POST.get("back") or request.headers.get("Referer", ""))
    queue = reverse("queue")
    return f"{queue}?{asked.query}" if asked.path == queue and asked.query else queue


def _people(chosen: Chosen) -> dict[int, tuple[User, str]]:
    """Who could answer for at least one of them, with their role, by user id."""
    sites = {row.site_id for _pick, row in chosen}
    held = Membership.objects.current().filter(site__in=sites, role__in=ACCOUNTABLE)
    ordered = held.select_related("user").order_by("user__last_name", "user__pk")
    return {one.user_id: (one.user, str(Role(one.role).label)) for one in ordered}
