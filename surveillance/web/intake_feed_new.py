"""A system that sends is set up: for administrators."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from surveillance.models import IntakeFeed, MessageFormat, StrayMessage
from surveillance.web.access import SignedInRequest, choose_site, signed_in
from surveillance.web.intake_forms import NewFeedForm
from surveillance.web.people_query import administered
from surveillance.web.refusals import accepted
from surveillance.web.wording import count_words
from surveillance.workflows.save_feed import save_feed


@require_http_methods(["GET", "POST"])
@signed_in
def intake_feed_new(request: SignedInRequest) -> HttpResponse:
    """Site, name, format and sender of a new feed; POST adds it.

    `sender` in the address is a message of an unknown sender, whose names are filled in.
    """
    sites = list(administered(request.user))
    here = choose_site(request, sites)
    sent = request.POST if request.method == "POST" else None
    form = NewFeedForm(sent, sites=sites, initial={"site": here.slug} | _sender(request))
    made: list[IntakeFeed] = []

    def act() -> None:
        made.append(save_feed(feed=form.feed(), by=request.user, now=timezone.now()))

    if form.is_valid() and accepted(form, act):
        messages.success(request, _("The feed is added. What this system sends is taken in now."))
        tell_what_stays_aside(request, made[0])
        return redirect("intake_feed", pk=made[0].pk)
    status = 422 if form.errors else 200
    return render(request, "surveillance/intake/feed_new.html", {"form": form}, status=status)


def _sender(request: SignedInRequest) -> dict[str, str]:
    try:
        asked = UUID(request.GET.get("sender", ""))
    except ValueError:
        return {}
    stray = StrayMessage.objects.defer("raw").filter(pk=asked).first()
    if stray is None:
        return {}
    return {
        "format": MessageFormat.HL7V2,
        "sending_application": stray.sending_application,
        "sending_facility": stray.sending_facility,
    }


def tell_what_stays_aside(request: SignedInRequest, feed: IntakeFeed) -> None:
    """What somebody set aside of this sender is not taken in by itself: a person decided so."""
    if feed.format != MessageFormat.HL7V2:
        return
    names = feed.sending_application, feed.sending_facility
    if count := StrayMessage.objects.set_aside().of(*names).count():
        said = _(
            "Set aside before, and still so: {messages} of this sender. Undo that under Messages, "
            "Unknown senders, to have them taken in."
        )
        messages.warning(request, said.format(messages=count_words(count, "message")))
