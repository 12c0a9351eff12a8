"""Messages of other systems: is what was kept taken in, and does somebody look at what waits?"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop

from surveillance.failsafe.finding import TECHNICAL, Check, Subject, days_ago
from surveillance.models import IntakeItem, ItemStatus, StrayMessage

LONGEST_WAIT = timedelta(days=3)
LONGEST_UNTOUCHED = timedelta(hours=1)
LONGEST_UNKNOWN = timedelta(days=1)
"""Of a sender that is no feed: its system waits for an answer with which it can go on."""


def _waiting_too_long(now: datetime) -> Iterable[object]:
    rows = IntakeItem.objects.waiting().filter(created_at__lte=now - LONGEST_WAIT)
    return _named(rows.order_by("created_at").values_list("site", "pk", "created_at"), now)


def _untouched(now: datetime) -> Iterable[object]:
    rows = IntakeItem.objects.filter(
        status=ItemStatus.RECEIVED, created_at__lte=now - LONGEST_UNTOUCHED
    )
    return _named(rows.order_by("created_at").values_list("site", "pk", "created_at"), now)


def _of_unknown_senders(now: datetime) -> Iterable[object]:
    """Of no site: nobody can tell whose they are."""
    rows = StrayMessage.objects.waiting().filter(received_at__lte=now - LONGEST_UNKNOWN)
    moments = rows.order_by("received_at", "pk").values_list("pk", "received_at")
    return _named(((None, pk, at) for pk, at in moments), now)


def _named(rows: Iterable[tuple[int | None, object, datetime]], now: datetime) -> Iterable[Subject]:
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
    Check(
        "unknown_sender_waits",
        gettext_noop("Messages of a sender that is no feed have waited for a day."),
        gettext_noop(
            "Open Messages, Unknown senders: register the sender as a feed, or set aside what it "
            "sent. If it is a feed already, see that the listener runs (mllp_server)."
        ),
        _of_unknown_senders,
        owners=TECHNICAL,
    ),
)
