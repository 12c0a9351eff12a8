"""Messages of other systems: is what was kept taken in, and does somebody look at what waits?"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop

from surveillance.failsafe.finding import TECHNICAL, Check, Subject, days_ago
from surveillance.models import IntakeItem, ItemStatus

LONGEST_WAIT = timedelta(days=3)
LONGEST_UNTOUCHED = timedelta(hours=1)


def _waiting_too_long(now: datetime) -> Iterable[object]:
    rows = IntakeItem.objects.waiting().filter(created_at__lte=now - LONGEST_WAIT)
    return _named(rows.order_by("created_at").values_list("site", "pk", "created_at"), now)


def _untouched(now: datetime) -> Iterable[object]:
    rows = IntakeItem.objects.filter(
        status=ItemStatus.RECEIVED, created_at__lte=now - LONGEST_UNTOUCHED
    )
    return _named(rows.order_by("created_at").values_list("site", "pk", "created_at"), now)


def _named(rows: Iterable[tuple[int, object, datetime]], now: datetime) -> Iterable[Subject]:
    return (Subject(site, pk, days_ago(at, now)) for site, pk, at in rows)


CHECKS = (
    Check(
        "intake_waits",
        gettext_noop("Something that another system sent has waited for a person for three days."),
        gettext_noop("Open Messages: mend the mapping, give it to a patient, or set it aside."),
        _waiting_too_long,
        owners=TECHNICAL,
    ),
    Check(
        "intake_not_taken_in",
        gettext_noop("Something that another system sent has not been taken in for an hour."),
        gettext_noop("See whether worker and beat run (take_in_messages, every ten seconds)."),
        _untouched,
        owners=TECHNICAL,
    ),
)
