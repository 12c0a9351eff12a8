"""My day: what one person has to do today at a site, without looking through any list."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from surveillance.models import ContactAttempt, Escalation, FollowUp
from surveillance.protocol.queue_lists import Tab
from surveillance.protocol.terms import DayPart, ObligationKind
from surveillance.web.access import SignedInRequest, choose_site, signed_in, sites_of_queue
from surveillance.web.lead_words import next_lead_line
from surveillance.web.queue_query import with_row_fields
from surveillance.web.queue_rows import days_words, escalation_words, owed_words
from surveillance.web.queue_tabs import Desk, desk_of, rows_of
from surveillance.web.wording import (
    date_words,
    label_of,
    lesion_words,
    moment_words,
    name_of_patient,
)

MOST = 50
"""Of a kind: more than that is no day's work, and the lists of the queue have no end."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One patient to see to."""

    url: str
    name: str
    mrn: str
    phone: str
    words: str
    detail: str


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of errand; `more` when only the first are shown."""

    key: str
    heading: str
    none_words: str
    errands: tuple[Errand, ...]
    more_url: str = ""


@require_safe
@signed_in
def my_day(request: SignedInRequest) -> HttpResponse:
    """Calls promised for now, orders and bookings missing, escalations that come back."""
    site = choose_site(request, sites_of_queue(request.user))
    on = site.local_date(timezone.now())
    desk = desk_of(request.user, site, on)
    sections = (
        Section(
            "calls",
            _("Calls promised for now"),
            _("No call is promised for now."),
            _calls(desk),
        ),
        _from_tab(Tab.ORDER, desk, _("Orders missing"), _("No order of yours is missing.")),
        _from_tab(Tab.BOOK, desk, _("Bookings missing"), _("Everything of yours is booked.")),
        Section(
            "back",
            _("Escalations coming back"),
            _("No escalation comes back."),
            _back(desk),
        ),
    )
    page = {"site_name": site.name, "today": date_words(on), "sections": sections}
    return render(request, "surveillance/my_day.html", {"page": page})


def _calls(desk: Desk) -> tuple[Errand, ...]:
    """Where the newest attempt asks for another by today; promised moments first."""
    standing = ContactAttempt.objects.standing()
    later = standing.filter(patient=OuterRef("patient"), attempted_at__gt=OuterRef("attempted_at"))
    owed = FollowUp.objects.open().awake(desk.on).filter(site=desk.site, owner__in=desk.mine)
    due = standing.filter(
        Exists(owed.filter(patient=OuterRef("patient"))), ~Exists(later), next_try_on__lte=desk.on
    )
    attempts = due.select_related("patient", "patient__site")
    found = attempts.order_by("call_back_at", "next_try_on", "pk")[:MOST]
    first: dict[UUID, FollowUp] = {}
    theirs = with_row_fields(owed.filter(patient__in=[row.patient_id for row in found]))
    for follow_up in theirs.dangerous_first():
        first.setdefault(follow_up.patient_id, follow_up)
    return tuple(
        _errand(first[row.patient_id], _promise(row), desk.on)
        for row in found
        if row.patient_id in first
    )


def _promise(row: ContactAttempt) -> str:
    """'Promised for 3 Mar 2026, 14:05', or 'Call again, in the evening (since 3 Mar 2026)'."""
    if row.call_back_at is not None:
        at = moment_words(row.call_back_at, row.patient.site)
        return _("Promised for {moment}").format(moment=at)
    planned = date_words(row.next_try_on)
    if not row.next_try_part:
        return _("Call again, planned for {day}").format(day=planned)
    return _("Call again, in the {part}, planned for {day}").format(
        part=label_of(DayPart, row.next_try_part).lower(), day=planned
    )


def _from_tab(tab: Tab, desk: Desk, heading: str, none_words: str) -> Section:
    rows = rows_of(tab, desk).filter(owner__in=desk.mine)
    if tab is Tab.BOOK:  # without an order there is nothing to book yet
        rows = rows.exclude(kind=ObligationKind.IMAGING, ordered_on=None)
    first = with_row_fields(rows.most_urgent_per_patient()).dangerous_first()
    found = list(first[: MOST + 1])
    return Section(
        key=str(tab),
        heading=heading,
        none_words=none_words,
        errands=tuple(_errand(row, _lead(row, desk.on), desk.on) for row in found[:MOST]),
        more_url=f"{reverse('queue')}?{urlencode({'site': desk.site.slug, 'tab': str(tab)})}"
        if len(found) > MOST
        else "",
    )


def _lead(row: FollowUp, on: date) -> str:
    line = next_lead_line(row, on)
    return line.words if line else ""


def _back(desk: Desk) -> tuple[Errand, ...]:
    """Acknowledged ones whose promise ends today or tomorrow, or has ended; soonest first."""
    rows = Escalation.objects.unresolved().filter(
        owner__in=desk.mine,
        follow_up__site=desk.site,
        acknowledged_until__lte=desk.on + timedelta(days=1),
    )
    joined = rows.select_related(
        "follow_up__patient", "follow_up__lesion", "follow_up__site", "follow_up__assessment"
    )
    found = joined.order_by("acknowledged_until", "pk")[:MOST]
    return tuple(
        _errand(row.follow_up, f"{escalation_words(row, desk.on)}: {row.next_action}", desk.on)
        for row in found
    )


def _errand(row: FollowUp, words: str, on: date) -> Errand:
    return Errand(
        url=reverse("follow_up_panel", args=[row.pk]),
        name=name_of_patient(row.patient),
        mrn=row.patient.mrn,
        phone=row.patient.phone,
        words=words,
        detail=f"{lesion_words(row.lesion)}: {owed_words(row)}, {days_words(row, on)}",
    )
