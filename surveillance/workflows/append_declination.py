"""Writes down a refusal: who said it, knowing what, and when it is offered again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.models import Patient
from surveillance.models import Declination, InformedOf, WhoDeclined
from surveillance.protocol.dates import add_months
from surveillance.protocol.parameters.contact import REOFFER_WITHIN
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class DeclinationIncomplete(WorkflowRefused):
    """Who declined, knowing what, or when it is offered again is missing or cannot be (A-32)."""

    code = "declination_incomplete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """What was said. Without `reoffer_on` it is offered again as late as is allowed."""

    by: WhoDeclined
    informed_of: Collection[InformedOf]
    proxy: str = ""
    reoffer_on: date | None = None


@transaction.atomic
def append_declination(
    *,
    patient: Patient,
    declined: Declined | None,
    by: "User | None",
    now: datetime,
) -> Declination:
    """Add the refusal of which the status of `patient` tells; the same again adds nothing.

    Only `withdraw_patient` calls it, with the patient as stored: day and words are the status's.

    Refused: nothing said of who declined and what they were told, a proxy without a name, a
    re-offer in the past or more than six months after the refusal.
    """
    today, declined_on = patient.site.local_date(now), patient.status_on
    assert declined_on is not None  # the database says so of every status but active
    if declined is None:
        raise DeclinationIncomplete(
            _("Say who declined, the patient or a proxy, and what they had been told."),
            field="declined_by",
        )
    _refuse(declined, declined_on, today)
    values = {
        "patient": patient,
        "declined_by": declined.by,
        "proxy": declined.proxy.strip(),
        "declined_on": declined_on,
        "informed_of": sorted(code.value for code in declined.informed_of),
        "note": patient.status_reason,
        "reoffer_on": declined.reoffer_on or latest_reoffer(declined_on, today),
    }
    newest = Declination.objects.filter(patient=patient).newest_first().first()
    if newest is not None and all(getattr(newest, key) == said for key, said in values.items()):
        return newest
    row = Declination.objects.create(**values, recorded_at=now, recorded_by=by)
    record_event(
        "declination_recorded",
        site=patient.site,
        subject=row,
        patient=patient,
        by=by,
        now=now,
        detail={"declined_by": row.declined_by, "reoffer_on": row.reoffer_on.isoformat()},
    )
    return row


def latest_reoffer(declined_on: date, today: date) -> date:
    """The last day on which it may be offered again; today where that has passed."""
    return max(today, add_months(declined_on, REOFFER_WITHIN.value))


def _refuse(declined: Declined, declined_on: date, today: date) -> None:
    if declined.by == WhoDeclined.PROXY and not declined.proxy.strip():
        raise DeclinationIncomplete(_("Name the proxy and how they are related."), field="proxy")
    if declined.by == WhoDeclined.PATIENT and declined.proxy.strip():
        raise DeclinationIncomplete(
            _("The patient declined in person: leave the proxy empty, or choose the proxy."),
            field="proxy",
        )
    if not declined.informed_of:
        raise DeclinationIncomplete(
            _("Choose what they had been told. If nothing, speak to them again first."),
            field="informed_of",
        )
    latest = latest_reoffer(declined_on, today)
    if declined.reoffer_on is not None and not today <= declined.reoffer_on <= latest:
        raise DeclinationIncomplete(
            _(
                "It is offered again between today and {latest}: give a day in that time, or leave "
                "it empty for the last one."
            ).format(latest=latest),
            field="reoffer_on",
        )
