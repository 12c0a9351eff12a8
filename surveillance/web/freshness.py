"""How old the list on the screen is, and whether anything has happened at the site since."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from patients.audit import actor_id
from patients.models import AuditEvent, Site
from surveillance.web.access import SignedInRequest, choose_site, signed_in, sites_of_queue
from surveillance.web.typed_form import YEARS
from surveillance.web.wording import moment_words

STOP_ASKING = 286
"""The status on which htmx stops polling: once is enough."""
LOOKED_ONLY = ("viewed", "downloaded")


@dataclass(frozen=True, slots=True)
class Loaded:
    """When the list was made, for people and for scripts; where to ask what happened since, and
    the address that makes it anew (empty for a search: names stay out of addresses)."""

    words: str
    at: str
    ask_url: str
    again_url: str


def loaded(request: SignedInRequest, site: Site) -> Loaded:
    """The list as of this moment."""
    now = timezone.now()
    asked = urlencode({"site": site.slug, "since": now.isoformat()})
    return Loaded(
        words=moment_words(now, site),
        at=now.isoformat(),
        ask_url=f"{reverse('queue_changed')}?{asked}",
        again_url=request.get_full_path() if request.method == "GET" else "",
    )


@require_safe
@signed_in
def queue_changed(request: SignedInRequest) -> HttpResponse:
    """A word that others have done something at the site since; nothing (204) if not.

    An open page asks this every minute: one range of one index. It never keeps a session alive
    (it says that it asks by itself: `session_clock.py`).
    """
    site = choose_site(request, sites_of_queue(request.user))
    since = _moment(request.GET.get("since", ""))
    if since is None:
        return HttpResponse(status=400)
    events = AuditEvent.objects.filter(site=site.slug, at__gt=since)
    others = events.exclude(action__in=LOOKED_ONLY).exclude(actor=actor_id(request.user))
    if not others.exists():
        return HttpResponse(status=204)
    words = _("Others have changed something since {moment}.").format(
        moment=moment_words(since, site)
    )
    return render(request, "surveillance/_queue_changed.html", {"words": words}, status=STOP_ASKING)


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo and moment.year in YEARS else None
