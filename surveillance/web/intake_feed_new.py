"""A system that sends is set up: for administrators."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from surveillance.models import IntakeFeed
from surveillance.web.access import SignedInRequest, choose_site, signed_in
from surveillance.web.intake_forms import NewFeedForm
from surveillance.web.people_query import administered
from surveillance.web.refusals import accepted
from surveillance.workflows.save_feed import save_feed


@require_http_methods(["GET", "POST"])
@signed_in
def intake_feed_new(request: SignedInRequest) -> HttpResponse:
    """Site, name, format and sender of a new feed; POST adds it."""
    sites = list(administered(request.user))
    here = choose_site(request, sites)
    sent = request.POST if request.method == "POST" else None
    form = NewFeedForm(sent, sites=sites, initial={"site": here.slug})
    made: list[IntakeFeed] = []

    def act() -> None:
        made.append(save_feed(feed=form.feed(), by=request.user, now=timezone.now()))

    if form.is_valid() and accepted(form, act):
        messages.success(request, _("The feed is added. What this system sends is taken in now."))
        return redirect("intake_feed", pk=made[0].pk)
    status = 422 if form.errors else 200
    return render(request, "surveillance/intake/feed_new.html", {"form": form}, status=status)
