"""Reports that speak of a hepatic calcification: what waits, what is tracked, what was excluded."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from patients.models import Site
from surveillance.models import CapturedReport, CaptureState
from surveillance.models.captured_report import CapturedReportQuerySet
from surveillance.roles import Permission, sites_where
from surveillance.web.access import SignedInRequest, choose_site, signed_in
from surveillance.web.captured_report_view import report_row
from surveillance.web.wording import number_words

SHOWN = 50
UNCLEAR = "clarify"


@dataclass(frozen=True, slots=True)
class Tab:
    """One list, with its number of reports."""

    words: str
    url: str
    count: str
    is_current: bool


@require_safe
@signed_in
def captured_reports(request: SignedInRequest) -> HttpResponse:
    """One list of one site, the oldest that waits first."""
    site = choose_site(request, _sites(request))
    lists = _lists(site)
    asked = request.GET.get("list", "")
    chosen = asked if asked in lists else CaptureState.WAITING.value
    page = Paginator(lists[chosen], SHOWN).get_page(request.GET.get("page"))
    context = {
        "site": site.name,
        "tabs": [_tab(site, name, rows, name == chosen) for name, rows in lists.items()],
        "rows": [report_row(one) for one in page],
        "next_url": _url(site, chosen, page.next_page_number()) if page.has_next() else "",
        "first_url": _url(site, chosen) if page.has_previous() else "",
    }
    return render(request, "surveillance/reports/list.html", context)


def _sites(request: SignedInRequest) -> list[Site]:
    return list(sites_where(request.user, Permission.RECORD_EXAM).order_by("name"))


def _lists(site: Site) -> dict[str, CapturedReportQuerySet]:
    joined = ("item", "patient", "site", "clarification")
    rows = CapturedReport.objects.filter(site=site).select_related(*joined)
    oldest, newest = rows.order_by("captured_at", "pk"), rows.order_by("-captured_at", "pk")
    unclear = oldest.filter(clarification__isnull=False, clarification__answered_at=None)
    return {
        CaptureState.WAITING.value: oldest.waiting(),
        UNCLEAR: unclear.with_state(),
        CaptureState.TRACKED.value: newest.in_state(CaptureState.TRACKED),
        CaptureState.EXCLUDED.value: newest.in_state(CaptureState.EXCLUDED),
        CaptureState.CANCELLED.value: newest.in_state(CaptureState.CANCELLED),
    }


def _tab(site: Site, name: str, rows: CapturedReportQuerySet, is_current: bool) -> Tab:
    words = {
        CaptureState.WAITING.value: _("Waiting"),
        UNCLEAR: _("To clarify"),
        CaptureState.TRACKED.value: _("Tracked"),
        CaptureState.EXCLUDED.value: _("Excluded"),
        CaptureState.CANCELLED.value: _("Cancelled"),
    }
    return Tab(words[name], _url(site, name), number_words(rows.count()), is_current)


def _url(site: Site, name: str, page: int = 1) -> str:
    asked = {"site": site.slug, "list": name} | ({"page": page} if page > 1 else {})
    return f"{reverse('captured_reports')}?{urlencode(asked)}"
