"""A site does not work on some days: told beforehand, and taken back if it was a mistake."""

from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.calendars import LONGEST_CLOSURE
from patients.history import save_with_history
from patients.models import Site, SiteClosure
from patients.workflows.field_rules import refusal, refuse_bad_fields


def close_site_days(
    *, site: Site, first_on: date, last_on: date, reason: str, by: User | None, now: datetime
) -> SiteClosure:
    """Note a closure; the same days again are the closure already on record.

    Refused: days out of order, more than 60 days at once, no reason.
    """
    row = SiteClosure(site=site, first_on=first_on, last_on=last_on, reason=reason)
    refuse_bad_fields(row, ["first_on", "last_on", "reason"])
    if last_on < first_on:
        raise refusal("last_on", last_on, _("Give a day from {first} on.").format(first=first_on))
    if (last_on - first_on).days >= LONGEST_CLOSURE:
        raise refusal(
            "last_on",
            last_on,
            _("A closure lasts at most {days} days.").format(days=LONGEST_CLOSURE),
        )
    with transaction.atomic():
        Site.objects.select_for_update().get(pk=site.pk)
        same = SiteClosure.objects.standing().filter(site=site, first_on=first_on, last_on=last_on)
        if known := same.first():
            return known
        save_with_history(row, reason="closure_noted", by=by, now=now)
        _audit("site_closure_noted", row, by, now)
    return row


def lift_closure(*, closure: SiteClosure, by: User | None, now: datetime) -> SiteClosure:
    """The site works on those days after all. Lifting twice changes nothing."""
    with transaction.atomic():
        current = SiteClosure.objects.select_for_update().get(pk=closure.pk)
        if current.lifted_at is None:
            current.lifted_at = now
            save_with_history(current, reason="closure_lifted", by=by, now=now)
            _audit("site_closure_lifted", current, by, now)
    return current


def _audit(action: str, row: SiteClosure, by: User | None, now: datetime) -> None:
    detail = {"first_on": row.first_on.isoformat(), "last_on": row.last_on.isoformat()}
    record_event(action, site=row.site, subject=row, by=by, now=now, detail=detail)
