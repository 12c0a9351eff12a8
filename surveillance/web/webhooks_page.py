"""Webhooks of a site: who is told what, and whether they take it. For administrators."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveillance.delivery.webhook_signature import secret_of
from surveillance.models import WebhookEndpoint, WebhookEvent
from surveillance.web.access import SignedInRequest, choose_site, signed_in
from surveillance.web.people_query import administered
from surveillance.web.refusals import accepted
from surveillance.web.typed_form import TypedForm
from surveillance.web.webhook_view import NEWEST, delivery_rows, endpoint_rows, endpoint_words
from surveillance.workflows.add_webhook_endpoint import add_webhook_endpoint
from surveillance.workflows.replay_webhooks import replay_webhooks
from surveillance.workflows.rotate_webhook_secret import rotate_webhook_secret
from surveillance.workflows.switch_webhook_endpoint import switch_webhook_endpoint
from surveillance.workflows.try_webhook_endpoint import try_webhook_endpoint

TOLD = [one for one in WebhookEvent if one != WebhookEvent.TRIED]


class EndpointForm(TypedForm):
    """Whom to tell what."""

    name = forms.CharField(
        label=gettext_lazy("Name of the other system"),
        max_length=80,
        error_messages={"required": gettext_lazy("Enter a name")},
    )
    url = forms.CharField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("It begins with https:// and takes JSON by POST."),
        max_length=500,
        error_messages={"required": gettext_lazy("Enter the address")},
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("What it is told"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(one.value, one.label) for one in TOLD],
        initial=[one.value for one in TOLD],
        error_messages={"required": gettext_lazy("Choose what it is told")},
    )


@require_http_methods(["GET", "POST"])
@signed_in
def webhooks(request: SignedInRequest) -> HttpResponse:
    """The endpoints of a site (GET); a new one, whose secret is shown this once (POST)."""
    sites = list(administered(request.user))
    site, now = choose_site(request, sites), timezone.now()
    form = EndpointForm(request.POST if request.method == "POST" else None)
    made: list[WebhookEndpoint] = []

    def act() -> None:
        said = form.cleaned_data
        events = [WebhookEvent(code) for code in said["events"]]
        new = add_webhook_endpoint(
            site=site, name=said["name"], url=said["url"], events=events, by=request.user, now=now
        )
        made.append(new)

    if form.is_valid() and accepted(form, act):
        return _show_secret(request, made[0])
    context = {
        "form": form,
        "site": site.name,
        "others": [(one.name, f"?site={one.slug}") for one in sites if one != site],
        "rows": endpoint_rows(site),
    }
    status = 422 if form.errors else 200
    return render(request, "surveillance/webhooks.html", context, status=status)


@require_safe
@signed_in
def webhook(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One endpoint, and what it was sent lately."""
    endpoint = _endpoint_or_404(request, pk)
    context = {
        "endpoint": endpoint_words(endpoint),
        "rows": delivery_rows(endpoint),
        "most": NEWEST,
        "failed": endpoint.deliveries.given_up().count(),
    }
    return render(request, "surveillance/webhook.html", context)


@require_POST
@signed_in
def webhook_act(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Try it, switch it, give it a new secret, or send again; `act` says which."""
    endpoint, now, by = _endpoint_or_404(request, pk), timezone.now(), request.user
    act = request.POST.get("act")
    if act == "secret":
        return _show_secret(request, rotate_webhook_secret(endpoint=endpoint, by=by, now=now))
    if act == "try":
        try_webhook_endpoint(endpoint=endpoint, by=by, now=now)
        messages.success(request, _("A trial is on its way. Reload this page in a minute."))
    elif act in ("on", "off"):
        switch_webhook_endpoint(endpoint=endpoint, is_active=act == "on", by=by, now=now)
        messages.success(request, _("Switched on.") if act == "on" else _("Switched off."))
    elif act == "replay":
        _replay(request, endpoint)
    return redirect("webhook", pk=endpoint.pk)


def _replay(request: SignedInRequest, endpoint: WebhookEndpoint) -> None:
    only, now = _asked(request), timezone.now()
    count = replay_webhooks(endpoint=endpoint, only=only, by=request.user, now=now)
    words = ngettext("{count} is sent again.", "{count} are sent again.", count)
    messages.success(request, words.format(count=count))


def _asked(request: SignedInRequest) -> UUID | None:
    """The delivery that the form names; None for all that were given up."""
    named = request.POST.get("delivery")
    try:
        return UUID(named) if named else None
    except ValueError:
        raise Http404 from None


def _endpoint_or_404(request: SignedInRequest, pk: UUID) -> WebhookEndpoint:
    rows = WebhookEndpoint.objects.filter(site__in=administered(request.user))
    return get_object_or_404(rows.select_related("site"), pk=pk)


def _show_secret(request: SignedInRequest, endpoint: WebhookEndpoint) -> HttpResponse:
    """The only page that ever shows it."""
    context = {"endpoint": endpoint_words(endpoint), "secret": secret_of(endpoint)}
    return render(request, "surveillance/webhook_secret.html", context)
