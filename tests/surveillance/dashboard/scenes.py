"""Rows for the numbers of the dashboard: a lesion, what was owed to it, and what came of it."""

from datetime import date, timedelta
from typing import Any

from patients.models import Site
from surveillance.dashboard.kinds import KINDS
from surveillance.dashboard.number import Figure, Number
from surveillance.dashboard.scope import Scope
from surveillance.models import FollowUp, Lesion
from tests.factories import NOW, TODAY
from tests.surveillance.factories import (
    FollowUpFactory,
    ImagingExamFactory,
    LesionFactory,
    LesionObservationFactory,
)

DAY = timedelta(days=1)


def scope_of(*sites: Site) -> Scope:
    """These sites at the usual moment of the tests."""
    return Scope(sites, NOW)


def owed(site: Site, last_on: date, *, lesion: Lesion | None = None, **fields: Any) -> FollowUp:
    """Open imaging with that last day; the target thirty days before it, the earliest ninety."""
    window = {"earliest_on": last_on - 90 * DAY, "target_on": last_on - 30 * DAY}
    values = {"lesion": lesion or LesionFactory(patient__site=site), "latest_on": last_on}
    row: FollowUp = FollowUpFactory(**values | window | fields)
    return row


def seen(lesion: Lesion, on: date, size: str | None = "8", **exam: Any) -> Any:
    """An exam that showed the lesion."""
    performed = ImagingExamFactory(patient=lesion.patient, performed_on=on, **exam)
    LesionObservationFactory(lesion=lesion, exam=performed, size_mm=size)
    return performed


def done(site: Site, on: date, last_on: date, **fields: Any) -> FollowUp:
    """The same, done on that day by an exam that showed the lesion."""
    lesion = fields.pop("lesion", None) or LesionFactory(patient__site=site)
    ended = {"completed_by": seen(lesion, on), "outcome": "COMPLETED", "closed_at": NOW}
    return owed(site, last_on, lesion=lesion, **ended | fields)


def counted(key: str, *sites: Site) -> Number:
    """One number of these sites."""
    return KINDS[key].count(scope_of(*sites))


def figure(key: str, *sites: Site, which: str = "") -> Figure:
    """Its first figure, or the one of that key."""
    found = counted(key, *sites).figures
    return next((one for one in found if one.key == which), found[0])


def parts(one: Figure) -> tuple[int, int]:
    """Numerator and denominator."""
    return one.numerator, one.denominator


def listed(key: str, part: str, *sites: Site) -> set[FollowUp]:
    """The list behind a part of a number."""
    return set(KINDS[key].listed(scope_of(*sites), part))


def days_ago(days: int) -> date:
    """Before the day of the tests."""
    return TODAY - days * DAY
