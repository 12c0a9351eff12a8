"""The quality measures as a page and as a file: each with its numerator, denominator, meaning."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from patients.models import Site
from surveillance.measures import Measure, Period, measure
from surveillance.roles import Permission, sites_where
from surveillance.web.access import SignedInRequest, choose_site, signed_in
from surveillance.web.forms import day
from surveillance.web.typed_form import TypedForm

A_YEAR = timedelta(days=365)
COLUMNS = ("measure", "title", "value", "unit", "numerator", "denominator", "definition")


class PeriodForm(TypedForm):
    """Which site, from when to when."""

    site = forms.ChoiceField(label="Site")
    first_on = day("From")
    last_on = day("To")

    def __init__(self, *args: Any, sites: list[Site], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["site"].choices = [(one.slug, one.name) for one in sites]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The period runs forwards."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = said.get("first_on"), said.get("last_on")
        if first and last and first > last:
            self.add_error("last_on", f"Enter a day on or after {first}")
        return said


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
        return HttpResponse(
            "Enter the period as first_on=2026-01-01&last_on=2026-12-31", status=400
        )
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"measures-{site.slug}-{period.first_on}-{period.last_on}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    for one in measure(site, period):
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
    words = {"%": "{:.1f} %", "days": "{:.0f} days", "count": "{:.0f}"}
    value = "nothing to measure" if one.value is None else words[one.unit].format(one.value)
    return MeasureRow(one.title, value, f"{one.numerator} of {one.denominator}", one.definition)
