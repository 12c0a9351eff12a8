"""Asks the audit trail of one site. Each question is one range of an index of `AuditEvent`."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Q

from patients.models import AppendOnlyQuerySet, AuditEvent, Patient
from surveillance.patient_export import with_merged
from surveillance.web.audit_form import AuditQuestion
from surveillance.web.audit_words import LOOKS
from surveillance.web.moment_place import Place, read_place

SHOWN = 50
MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class Events:
    """One page, the newest first, and where the next begins; None at the end."""

    rows: list[AuditEvent]
    older: Place[int] | None


def events_of(question: AuditQuestion) -> AppendOnlyQuerySet[AuditEvent]:
    """Everything that answers the question, in no order."""
    rows = AuditEvent.objects.filter(site=question.site.slug)
    rows = rows.filter(at__gte=question.since, at__lt=question.until)
    if question.patient is not None:
        ids = with_merged(question.patient, [question.site])
        rows = rows.filter(patient_id__in=[str(pk) for pk in ids])
    if question.person:
        actor = question.person
        rows = rows.filter(actor=actor if actor == "system" else f"user:{actor}")
    return rows.filter(action=question.action) if question.action else rows


def page_of_events(question: AuditQuestion, before: str) -> Events:
    """The newest events, or those before a place."""
    rows, place = events_of(question), read_place(before, int)
    if place is not None:
        same = Q(at=place.at, pk__lt=place.pk)
        rows = rows.filter(Q(at__lte=place.at) & (Q(at__lt=place.at) | same))
    found = list(rows.order_by("-at", "-pk")[: SHOWN + 1])
    shown = found[:SHOWN]
    older = Place(shown[-1].at, shown[-1].pk) if len(found) > SHOWN else None
    return Events(shown, older)


def looks_by(question: AuditQuestion, column: str) -> list[dict[str, Any]]:
    """How often, from when to when, per person (`actor`) or per patient (`patient_id`), the most
    looks first; with how much else was done. Only those who looked."""
    is_look = Q(action__in=LOOKS)
    rows = events_of(question).exclude(patient_id="")
    if question.patient is None and not question.person:
        rows = rows.filter(is_look)
    counted = (
        rows.order_by()
        .values(column)
        .annotate(
            looks=Count("pk", filter=is_look),
            deeds=Count("pk", filter=~is_look),
            patients=Count("patient_id", filter=is_look, distinct=True),
            first=Min("at", filter=is_look),
            last=Max("at", filter=is_look),
        )
    )
    return list(counted.filter(looks__gt=0).order_by("-looks", column)[:MOST_LINES])


def patients_of(ids: set[str], question: AuditQuestion) -> dict[str, Patient]:
    """The patients by the trail's ids, those of the site alone. One query."""
    keys = []
    for text in ids:
        try:
            keys.append(UUID(text))
        except ValueError:
            continue
    found = Patient.objects.filter(pk__in=keys, site=question.site)
    return {str(one.pk): one for one in found}
