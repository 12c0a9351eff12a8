"""“Send a sample result”: of the demonstration only. An open follow-up closes before one's eyes."""

import secrets
from itertools import islice
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from surveillance.arrivals import ReportArrival
from surveillance.intake.sample.bundle import report_as_bundle
from surveillance.intake.sample.oru import report_as_oru
from surveillance.intake.sample.result import sample_result, speaks_against
from surveillance.intake.sample.sending import Sent, send_fhir, send_hl7
from surveillance.models import FollowUp, IntakeFeed, MessageFormat
from surveillance.protocol.terms import ObligationKind
from surveillance.roles import Permission, sites_where
from surveillance.web.access import (
    SignedInRequest,
    choose_site,
    follow_up_or_404,
    require,
    signed_in,
)
from surveillance.web.action_page import subject_of
from surveillance.web.looks import note_look
from surveillance.web.match_count import forget_count
from surveillance.web.match_words import reason_said
from surveillance.web.sample_form import SampleForm
from surveillance.web.sample_view import owed_row, sent_view
from surveillance.web.shell import NavItem

SHOWN = 20
LOOKED_AT = 60
ASKED = "as"


@require_safe
@signed_in
def sample_results(request: SignedInRequest) -> HttpResponse:
    """Open imaging of one site that is due and that a sample closes, the most dangerous first: for
    which one?"""
    _only_in_a_demonstration()
    sites = list(sites_where(request.user, Permission.RECORD_EXAM).order_by("name"))
    site = choose_site(request, sites)
    open_ = FollowUp.objects.open().filter(site=site, kind=ObligationKind.IMAGING)
    due = open_.filter(earliest_on__lte=site.local_date(timezone.now()))
    rows = due.select_related("patient__site", "site", "lesion").dangerous_first()[:LOOKED_AT]
    closable = (row for row in rows if not speaks_against(_report(row), row, timezone.now()))
    here = reverse("sample_results")
    context = {
        "site": site.name,
        "others": [NavItem(one.name, f"{here}?site={one.slug}") for one in sites if one != site],
        "rows": [owed_row(row, "sample_result") for row in islice(closable, SHOWN)],
    }
    return render(request, "surveillance/sample/list.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def sample_result_page(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The message that would answer this follow-up; POST sends it and shows what became of it."""
    _only_in_a_demonstration()
    follow_up = follow_up_or_404(request.user, pk)
    require(request.user, Permission.RECORD_EXAM, follow_up.site)
    if request.method == "GET" and not _can_be_answered(follow_up):
        messages.warning(request, _("No imaging is open here: choose another follow-up."))
        return redirect("sample_results")
    feed = _feed(request, follow_up)
    if feed is None:
        messages.warning(request, _("No system sends to this site: add a feed first."))
        return redirect("intake_inbox")
    form = SampleForm(request.POST if request.method == "POST" else None, feed=feed)
    note_look(request, follow_up.patient)
    if form.is_valid():
        sent = _send(form.cleaned_data["message"], feed)
        forget_count(request.user)
        follow_up.refresh_from_db()
        return _shown(request, "sent", follow_up, sent=sent_view(sent, follow_up))
    report = _report(follow_up)
    if not form.is_bound:
        form.initial["message"] = _written(report, feed)
    against = [reason_said(words) for words in speaks_against(report, follow_up, timezone.now())]
    ways = _ways(follow_up, feed)
    return _shown(request, "send", follow_up, form=form, feed=feed, ways=ways, against=against)


def _only_in_a_demonstration() -> None:
    if not settings.DEMO:
        raise Http404


def _can_be_answered(follow_up: FollowUp) -> bool:
    return follow_up.closed_at is None and follow_up.kind == ObligationKind.IMAGING


def _feed(request: SignedInRequest, follow_up: FollowUp) -> IntakeFeed | None:
    """The site's feed of the format that is asked for; else the first that it has."""
    formats = (MessageFormat.HL7V2, MessageFormat.FHIR_R4)
    feeds = IntakeFeed.objects.filter(site=follow_up.site, is_active=True, format__in=formats)
    by_format = {feed.format: feed for feed in feeds.select_related("site").order_by("-name")}
    asked = request.GET.get(ASKED, "")
    return by_format.get(asked) or next((by_format[f] for f in formats if f in by_format), None)


def _ways(follow_up: FollowUp, feed: IntakeFeed) -> list[NavItem]:
    here = reverse("sample_result", args=[follow_up.pk])
    return [
        NavItem(str(one.label), f"{here}?{ASKED}={one}", one == feed.format)
        for one in (MessageFormat.HL7V2, MessageFormat.FHIR_R4)
    ]


def _report(follow_up: FollowUp) -> ReportArrival:
    number = f"SAMPLE-{secrets.token_hex(4).upper()}"
    return sample_result(follow_up, number=number, now=timezone.now())


def _written(report: ReportArrival, feed: IntakeFeed) -> str:
    is_hl7 = feed.format == MessageFormat.HL7V2
    return report_as_oru(report, feed) if is_hl7 else report_as_bundle(report)


def _send(raw: bytes, feed: IntakeFeed) -> Sent:
    if feed.format == MessageFormat.FHIR_R4:
        return send_fhir(raw, feed, now=timezone.now())
    listener = settings.MLLP
    address = None if listener.certificate else (listener.host, listener.port)
    return send_hl7(raw, feed, address=address, now=timezone.now())


def _shown(
    request: SignedInRequest, name: str, follow_up: FollowUp, **more: object
) -> HttpResponse:
    today = follow_up.site.local_date(timezone.now())
    form, closed = more.get("form"), follow_up.closed_at is not None
    context = {
        "subject": subject_of(follow_up.patient, today, None if closed else follow_up),
        "queue_url": reverse("sample_results"),
        **more,
    }
    status = 422 if isinstance(form, SampleForm) and form.errors else 200
    return render(request, f"surveillance/sample/{name}.html", context, status=status)
