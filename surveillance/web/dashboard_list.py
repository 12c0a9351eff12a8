"""The list behind a number: the follow-ups that it counts, by page and as a file."""

from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_safe

from surveillance.dashboard.kinds import KINDS
from surveillance.dashboard.number import risk_words
from surveillance.models import FollowUp, FollowUpOutcome, FollowUpQuerySet
from surveillance.protocol.terms import EscalationClass, RecommendationKind
from surveillance.roles import Permission
from surveillance.web.access import SignedInRequest, signed_in
from surveillance.web.dashboard_page import Asked, asked_of
from surveillance.web.dashboard_people import is_of_people, people_file, people_list
from surveillance.web.dashboard_takeout import MOST_ROWS, Table, Wanted, list_file
from surveillance.web.dashboard_view import list_file_url, list_url
from surveillance.web.dashboard_words import part_words
from surveillance.web.queue_query import Place, with_row_fields
from surveillance.web.sheets import TYPES, Value
from surveillance.web.wording import (
    count_words,
    date_words,
    label_of,
    lesion_words,
    name_of_patient,
    name_of_user,
    number_words,
)

SHOWN = 50
NEEDED = (Permission.VIEW_MEASURES, Permission.VIEW_PATIENT)
LIST_COLUMNS = (
    "site",
    "mrn",
    "family_name",
    "given_name",
    "birth_date",
    "lesion",
    "owed",
    "risk",
    "earliest_on",
    "target_on",
    "latest_on",
    "state",
    "owner",
)


@dataclass(frozen=True, slots=True)
class ListRow:
    """One follow-up."""

    name: str
    url: str
    mrn: str
    site: str
    lesion: str
    owed: str
    risk: str
    last_day: str
    state: str
    owner: str


@require_safe
@signed_in
def dashboard_list(request: SignedInRequest, key: str) -> HttpResponse:
    """One page of the list, most dangerous first."""
    part = request.GET.get("part", "")
    if is_of_people(key, part):
        return people_list(request, asked_of(request, *NEEDED), key, part)
    asked, rows = _listed(request, key, part)
    after = Place.read(request.GET.get("after", ""))
    found = _page(rows, after, SHOWN + 1)
    shown, last = found[:SHOWN], found[SHOWN - 1] if len(found) > SHOWN else None
    number = KINDS[key].count(asked.scope)
    links = {form: list_file_url(asked.slug, key, part, form) for form in TYPES}
    page = {
        "title": number.title,
        "which": part_words(number, part),
        "asked": asked,
        "rows": [_row(row, asked) for row in shown],
        "shown": _("On this page: {count}").format(count=count_words(len(shown), "follow-up")),
        "first_url": list_url(asked.slug, key, part) if after else "",
        "next_url": _next_url(asked, key, part, last),
        "links": links,
        "most_rows": MOST_ROWS,
    }
    return render(request, "surveillance/dashboard_list.html", page)


@require_safe
@signed_in
def dashboard_list_file(request: SignedInRequest, key: str, form: str) -> HttpResponse:
    """The list with names as CSV or XLSX: on the audit trail, one entry per person."""
    if form not in TYPES:
        raise Http404
    part = request.GET.get("part", "")
    if is_of_people(key, part):
        return people_file(request, asked_of(request, *NEEDED), Wanted(key, part, form))
    asked, rows = _listed(request, key, part)
    found = _page(rows, None, MOST_ROWS)
    with override("en"):  # as every CSV, and as its columns are named
        table = [_line(row, asked) for row in found]
    return list_file(request, asked, Wanted(key, part, form), found, Table(LIST_COLUMNS, table))


def _listed(request: SignedInRequest, key: str, part: str) -> tuple[Asked, FollowUpQuerySet]:
    """Raises Http404 for a number or a part of it that does not exist."""
    asked = asked_of(request, *NEEDED)
    try:
        return asked, KINDS[key].listed(asked.scope, part)
    except (KeyError, ValueError) as error:
        raise Http404 from error


def _page(rows: FollowUpQuerySet, after: Place | None, most: int) -> list[FollowUp]:
    beyond = rows.after(after.sort_key, after.pk) if after else rows
    return list(with_row_fields(beyond).dangerous_first()[:most])


def _next_url(asked: Asked, key: str, part: str, last: FollowUp | None) -> str:
    if last is None:
        return ""
    return list_url(asked.slug, key, part, after=str(Place(last.sort_key, last.pk)))


def _row(row: FollowUp, asked: Asked) -> ListRow:
    return ListRow(
        name=name_of_patient(row.patient),
        url=reverse("patient", args=[row.patient_id]),
        mrn=row.patient.mrn,
        site=row.site.name,
        lesion=lesion_words(row.lesion),
        owed=label_of(RecommendationKind, row.recommendation),
        risk=risk_words(EscalationClass(row.escalation_class)),
        last_day=date_words(row.latest_on),
        state=state_words(row, row.site.local_date(asked.scope.now)),
        owner=name_of_user(row.owner, _("No owner")),
    )


def state_words(row: FollowUp, today: date) -> str:
    """'12 days over', 'open', 'Done, 3 Mar 2026'."""
    if row.closed_at is not None:
        ended = row.site.local_date(row.closed_at)
        return f"{_(str(FollowUpOutcome(row.outcome).label))}, {date_words(ended)}"
    over = (today - row.latest_on).days
    if over > 0:
        return ngettext("{n} day over", "{n} days over", over).format(n=number_words(over))
    return _("open")


def _line(row: FollowUp, asked: Asked) -> tuple[Value, ...]:
    person, told = row.patient, _row(row, asked)
    return (
        told.site,
        person.mrn,
        person.family_name,
        person.given_name,
        person.birth_date,
        told.lesion,
        told.owed,
        told.risk,
        row.earliest_on,
        row.target_on,
        row.latest_on,
        told.state,
        told.owner,
    )
