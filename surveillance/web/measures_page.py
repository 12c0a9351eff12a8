"""The quality measures as a page and as a file: each with its numerator, denominator, meaning."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from patients.models import Site
from surveillance.measures import Measure, Period, measure
from surveillance.roles import Permission, sites_where
from surveillance.web.access import SignedInRequest, choose_site, signed_in
from surveillance.web.period_form import PeriodForm

A_YEAR = timedelta(days=365)
COLUMNS = ("measure", "title", "value", "unit", "numerator", "denominator", "definition")


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One measure in words."""

    title: str
    value: str
    parts: str
    definition: str


@require_safe
@signed_in
def measures_page(request: SignedInRequest) -> HttpResponse:
    """A year until today, unless another period is asked for."""
    site, form, period = _asked(request)
    query = urlencode({"site": site.slug, "first_on": period.first_on, "last_on": period.last_on})
    context = {
        "form": form,
        "site": site.name,
        "rows": [_row(one) for one in measure(site, period)] if not form.errors else [],
        "file_url": f"{reverse('measures_file')}?{query}",
    }
    status = 422 if form.errors else 200
    return render(request, "surveillance/measures.html", context, status=status)


@require_safe
@signed_in
def measures_file(request: SignedInRequest) -> HttpResponse:
    """The same as CSV (UTF-8); numbers of people only, nobody's data."""
    site, form, period = _asked(request)
    if form.errors:
        words = _("Enter the period as first_on=2026-01-01&last_on=2026-12-31")
        return HttpResponse(words, status=400)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"measures-{site.slug}-{period.first_on}-{period.last_on}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    with override("en"):  # a file is passed on: the same for whoever took it
        measures = measure(site, period)
    for one in measures:
        value = "" if one.value is None else f"{one.value:.1f}"
        counts = (one.numerator, one.denominator)
        writer.writerow((one.key, one.title, value, one.unit, *counts, one.definition))
    return response


def _asked(request: SignedInRequest) -> tuple[Site, PeriodForm, Period]:
    """Site and period of the address; the form keeps what cannot be read."""
    sites = list(sites_where(request.user, Permission.VIEW_MEASURES).order_by("name"))
    if not sites:
        raise PermissionDenied
    site = choose_site(request, sites)
    today = site.local_date(timezone.now())
    usual: dict[str, date] = {"first_on": today - A_YEAR, "last_on": today}
    said = {"site": site.slug} | usual | {k: v for k, v in request.GET.dict().items() if v}
    form = PeriodForm(said, sites=sites)
    chosen = form.cleaned_data if form.is_valid() else usual
    return site, form, Period(chosen["first_on"], chosen["last_on"], today)


def _row(one: Measure) -> MeasureRow:
    parts = _("{part} of {whole}").format(part=one.numerator, whole=one.denominator)
    return MeasureRow(one.title, _value_words(one), parts, one.definition)


def _value_words(one: Measure) -> str:
    if one.value is None:
        return _("nothing to measure")
    if one.unit == "days":
        return _("{n} days").format(n=f"{one.value:.0f}")
    return f"{one.value:.1f} %" if one.unit == "%" else f"{one.value:.0f}"
