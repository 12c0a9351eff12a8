"""Lesions about which time alone may have changed the answer (I7): birthdays, and dated ends.

A child becomes an adult, an infant a child; an override expires; a pregnancy's expected end
passes. Everything else changes only when a fact is recorded, which is decided about at once.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from patients.models import Patient, RiskProfile, Site
from patients.prepared import Prepared, slot
from surveillance.models import Lesion, LesionAssessment
from surveillance.protocol.dates import add_months, age_in_months
from surveillance.protocol.parameters import (
    ADULT_FROM_YEARS,
    INFANT_UNDER_MONTHS,
    YOUNG_INFANT_UNDER_MONTHS,
)

MONTHS_OF_AGE = (
    ADULT_FROM_YEARS.value * 12,
    INFANT_UNDER_MONTHS.value,
    YOUNG_INFANT_UNDER_MONTHS.value,
)
"""The ages, in completed months, at which other rules or windows apply."""

LOOK_BACK = timedelta(days=400)
"""How long nobody may have looked without anything being missed."""


class _Aging(NamedTuple):
    """A lesion that time may concern, as far as it matters here."""

    pk: UUID
    patient_id: UUID
    born: date | None


def changed_by_time(site: Site, today: date) -> list[Lesion]:
    """Lesions of the site that were last decided about before a day since when time counts."""
    latest = {months: add_months(today, -months) for months in MONTHS_OF_AGE}
    born = {f"by_{months}": day for months, day in latest.items()}
    born |= {f"after_{months}": day - LOOK_BACK for months, day in latest.items()}
    rows = _CONCERNED.ask(site=site.pk, today=today, since=today - LOOK_BACK, **born)
    found = [_Aging(*row) for row in rows]
    if not found:
        return []
    decided = _decided_on(lesion.pk for lesion in found)
    ended = _ends(found, today)
    changed = [
        lesion.pk
        for lesion in found
        if (day := decided.get(lesion.pk)) is not None
        and (_has_aged(lesion.born, day, today) or ended[lesion.pk] >= day)
    ]
    return list(Lesion.objects.filter(pk__in=changed).order_by("pk")) if changed else []


def _concerned() -> "QuerySet[Lesion, tuple[UUID, UUID, date | None]]":
    """Asked once a day at every site, and mostly of nobody."""
    lesions = Lesion.objects.filter(patient__site=slot(Patient, "site"))
    # Each found by its own index; an OR over three tables reads every lesion.
    ids = (
        lesions.filter(_of_an_age())
        .values("pk")
        .union(
            lesions.filter(pk__in=_overridden_until()).values("pk"),
            lesions.filter(patient__in=_expecting()).values("pk"),
        )
    )
    due = Lesion.objects.filter(pk__in=ids).order_by("pk")
    return due.values_list("pk", "patient", "patient__birth_date")


def _of_an_age() -> Q:
    """Born so that one of the ages was reached within the time looked back on."""
    ages = Q()
    for months in MONTHS_OF_AGE:
        ages |= Q(
            patient__birth_date__lte=slot(Patient, "birth_date", f"by_{months}"),
            patient__birth_date__gt=slot(Patient, "birth_date", f"after_{months}"),
        )
    return ages


def _has_aged(born: date | None, decided: date, today: date) -> bool:
    if born is None:
        return False
    then, now = age_in_months(born, decided), age_in_months(born, today)
    return any(then < months <= now for months in MONTHS_OF_AGE)


def _overridden_until() -> Iterable[UUID]:
    rows = LesionAssessment.objects.filter(
        override_expires_on__gte=slot(LesionAssessment, "override_expires_on", "since"),
        override_expires_on__lt=slot(LesionAssessment, "override_expires_on", "today"),
    )
    return rows.values_list("lesion", flat=True)


def _expecting() -> Iterable[UUID]:
    rows = RiskProfile.objects.filter(
        expected_delivery_on__gte=slot(RiskProfile, "expected_delivery_on", "since"),
        expected_delivery_on__lt=slot(RiskProfile, "expected_delivery_on", "today"),
    )
    return rows.values_list("patient", flat=True)


_CONCERNED = Prepared(_concerned)


def _decided_on(lesion_ids: Iterable[UUID]) -> dict[UUID, date]:
    """The day of each lesion's newest decision by the protocol."""
    rows = LesionAssessment.objects.filter(lesion__in=list(lesion_ids), overrides=None)
    newest = rows.order_by().values("lesion").annotate(newest=Max("as_of"))
    return {row["lesion"]: row["newest"] for row in newest}


def _ends(lesions: list[_Aging], today: date) -> dict[UUID, date]:
    """The last day, before today, of an override or an expected pregnancy of each lesion."""
    overrides = LesionAssessment.objects.filter(
        lesion__in=[lesion.pk for lesion in lesions], override_expires_on__lt=today
    )
    profiles = RiskProfile.objects.filter(
        patient__in={lesion.patient_id for lesion in lesions}, expected_delivery_on__lt=today
    )
    days = [
        *overrides.values_list("lesion", "override_expires_on"),
        *profiles.values_list("patient", "expected_delivery_on"),
    ]
    last: dict[UUID, date] = {}
    for pk, day in days:
        last[pk] = max(day or date.min, last.get(pk, date.min))
    return {
        lesion.pk: max(last.get(lesion.pk, date.min), last.get(lesion.patient_id, date.min))
        for lesion in lesions
    }
