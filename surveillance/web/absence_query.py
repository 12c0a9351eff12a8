"""What the pages of leave and cover read: what is handed over, and what happened meanwhile."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Q

from patients.models import Absence
from surveillance.models import ContactAttempt, Disowning, Escalation, FollowUp
from surveillance.web.queue_query import with_row_fields

MOST = 500
"""Of a kind on one list; the queue's own list "Mine" has no end."""


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What was recorded about the absent person's work, each newest first, from the first day."""

    contacts: list[ContactAttempt]
    opened: list[FollowUp]
    closed: list[FollowUp]
    escalations: list[Escalation]
    passed_on: list[Disowning]


def owed_by(absence: Absence) -> list[FollowUp]:
    """What the person owns at the site and is open, most dangerous first; one more than MOST."""
    rows = FollowUp.objects.open().filter(owner=absence.user_id, site=absence.site_id)
    return list(with_row_fields(rows).dangerous_first()[: MOST + 1])


def escalations_of(absence: Absence) -> list[Escalation]:
    """What the person must answer, whoever owns the follow-up, the highest tier first."""
    rows = Escalation.objects.unresolved().filter(
        owner=absence.user_id, follow_up__site=absence.site_id
    )
    joined = rows.select_related("follow_up__patient", "follow_up__site", "follow_up__lesion")
    return list(joined.order_by("-tier", "raised_at", "pk")[: MOST + 1])


def span_of(absence: Absence, now: datetime) -> tuple[datetime, datetime]:
    """From the first moment away to the return, or to `now`."""
    zone = ZoneInfo(absence.site.time_zone)
    begins = datetime.combine(absence.first_on, time(), tzinfo=zone)
    return begins, max(begins, min(now, _return_of(absence, zone)))


def _return_of(absence: Absence, zone: ZoneInfo) -> datetime:
    last = datetime.combine(absence.last_on, time.max, tzinfo=zone)
    if absence.ended_on is None:
        return last
    # Ended during a day: that day's morning still belongs to the cover.
    return min(last, datetime.combine(absence.ended_on, time.max, tzinfo=zone))


def meanwhile_of(absence: Absence, now: datetime) -> Meanwhile:
    """Six queries."""
    begins, ends = span_of(absence, now)
    span = (begins, ends)
    own = FollowUp.objects.filter(owner=absence.user_id, site=absence.site_id)
    patients = own.filter(Q(closed_at=None) | Q(closed_at__gte=begins)).values("patient")
    joined = own.select_related("patient", "lesion", "site", "closed_by")
    contacts = ContactAttempt.objects.standing().filter(
        patient__in=patients, attempted_at__range=span
    )
    raised = Escalation.objects.filter(owner=absence.user_id, follow_up__site=absence.site_id)
    raised = raised.filter(
        Q(raised_at__range=span) | Q(acknowledged_at__range=span) | Q(resolved_at__range=span)
    )
    gone = Disowning.objects.filter(
        for_whom=absence.user_id, follow_up__site=absence.site_id, at__range=span
    )
    return Meanwhile(
        contacts=list(
            contacts.select_related("patient", "attempted_by").order_by("-attempted_at")[:MOST]
        ),
        opened=list(joined.filter(opened_at__range=span).order_by("-opened_at")[:MOST]),
        closed=list(joined.filter(closed_at__range=span).order_by("-closed_at")[:MOST]),
        escalations=list(
            raised.select_related("follow_up__patient", "acknowledged_by").order_by("-raised_at")[
                :MOST
            ]
        ),
        passed_on=list(
            gone.select_related("follow_up__patient", "user", "passed_to").order_by("-at")[:MOST]
        ),
    )


def absences_at(site: int, on: date, since: date) -> list[Absence]:
    """Running, coming and lately ended, the next first."""
    here = Absence.objects.filter(site=site).select_related("user", "cover", "site")
    wanted = here.not_over(on) | here.over(on).filter(last_on__gte=since)
    return list(wanted.order_by("first_on", "pk"))
