"""Whom a number leaves out: people to whom nothing may be owed, each with the reason."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from patients.models import Patient, PatientStatus
from surveillance.dashboard.kinds import KINDS
from surveillance.dashboard.six_monthly import ALL_EXCLUDED
from surveillance.web.access import SignedInRequest
from surveillance.web.dashboard_page import Asked
from surveillance.web.dashboard_takeout import MOST_ROWS, Table, Wanted, list_file
from surveillance.web.dashboard_view import list_file_url, list_url
from surveillance.web.dashboard_words import part_words
from surveillance.web.sheets import TYPES
from surveillance.web.wording import count_words, date_words, name_of_patient

SHOWN = 50
PEOPLE_COLUMNS = ("site", "mrn", "family_name", "given_name", "birth_date", "reason")


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person who is left out."""

    name: str
    url: str
    mrn: str
    site: str
    born: str
    reason: str


def is_of_people(key: str, part: str) -> bool:
    """Whether that list is one of people who are left out."""
    return key in KINDS and part in KINDS[key].excluded_parts


def people_list(request: SignedInRequest, asked: Asked, key: str, part: str) -> HttpResponse:
    """One page of it, by name."""
    page = Paginator(_people(asked, key, part), SHOWN).get_page(request.GET.get("page"))
    number = KINDS[key].count(asked.scope)
    rows = [_row(person, person.group) for person in page]
    context = {
        "title": number.title,
        "which": part_words(number, part) or _("Everybody who is excluded, for whatever reason."),
        "asked": asked,
        "rows": rows,
        "shown": _("On this page: {count}").format(count=count_words(len(rows), "patient")),
        "all_url": "" if part == ALL_EXCLUDED else list_url(asked.slug, key, ALL_EXCLUDED),
        "first_url": list_url(asked.slug, key, part) if page.has_previous() else "",
        "next_url": list_url(asked.slug, key, part, page=str(page.number + 1))
        if page.has_next()
        else "",
        "links": {form: list_file_url(asked.slug, key, part, form) for form in TYPES},
        "most_rows": MOST_ROWS,
    }
    return render(request, "surveillance/dashboard_people.html", context)


def people_file(request: SignedInRequest, asked: Asked, wanted: Wanted) -> HttpResponse:
    """The same with names, as CSV or XLSX."""
    found = list(_people(asked, wanted.key, wanted.part)[:MOST_ROWS])
    with override("en"):  # a file is passed on: the same for whoever took it
        table = [_line(person, person.group) for person in found]
    return list_file(request, asked, wanted, found, Table(PEOPLE_COLUMNS, table))


def _people(asked: Asked, key: str, part: str) -> "QuerySet[Any]":
    listed = KINDS[key].excluded
    if listed is None:
        raise Http404
    return listed(asked.scope, part).order_by("family_name", "given_name", "pk")


def reason_words(person: Patient, group: str) -> str:
    """Why this one is left out; `group` is the first reason that holds."""
    if group == "left":
        return _(str(PatientStatus(person.status).label))
    if group == "child":
        return _("Under 18") if person.birth_date else _("Age not known")
    return _("Nothing is owed here")


def _row(person: Patient, group: str) -> PersonRow:
    return PersonRow(
        name=name_of_patient(person),
        url=reverse("patient", args=[person.pk]),
        mrn=person.mrn,
        site=person.site.name,
        born=date_words(person.birth_date),
        reason=reason_words(person, group),
    )


def _line(person: Patient, group: str) -> tuple[str | date | None, ...]:
    told = _row(person, group)
    return (
        told.site,
        person.mrn,
        person.family_name,
        person.given_name,
        person.birth_date,
        told.reason,
    )
