"""Tell a cover that it begins, and whoever returns what happened: once each."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import F

from patients.models import Absence, Site
from patients.prepared import Prepared, slot
from surveillance.models import Notification, NotificationChannel, NotificationTemplate
from surveillance.workflows.notify import notify

LOOKED_BACK = timedelta(days=14)
"""Who came back longer ago, while no sweep ran, needs no list any more."""


Told = tuple[Absence, User, NotificationTemplate]


_RECENT = Prepared(
    lambda: (
        Absence.objects.filter(site=slot(Absence, "site"))
        .filter(first_on__lte=slot(Absence, "first_on", "today"))
        .filter(last_on__gte=slot(Absence, "last_on", "since"))
        .exclude(ended_on__lte=F("first_on"))
        .select_related("user", "cover", "site")
    )
)


def tell_of_absences(*, site: Site, now: datetime) -> int:
    """Queue what is not yet told at `site`: to the cover on the first day, to the person on the
    day of return; in the application and, with an address, by e-mail. Returns how many people.

    A list behind the link says what was handed over; the message says nothing of patients.
    """
    today = site.local_date(now)
    rows = _RECENT.ask(site=site.pk, today=today, since=today - LOOKED_BACK)
    told = [_news(row, today) for row in rows]
    return sum(_tell(row, person, template, now) for row, person, template in _untold(told))


def _news(row: Absence, today: date) -> Told:
    """Whom it concerns today: the cover while it runs, the person once it is over."""
    is_over = row.last_on < today or (row.ended_on is not None and row.ended_on <= today)
    if is_over:
        return row, row.user, NotificationTemplate.COVER_ENDED
    return row, row.cover, NotificationTemplate.COVER_BEGINS


def _untold(told: Sequence[Told]) -> list[Told]:
    if not told:
        return []
    by_key = {_key(row, template): (row, person, template) for row, person, template in told}
    known = Notification.objects.filter(
        dedupe_key__in=[f"{key}:{NotificationChannel.IN_APP.value}" for key in by_key]
    ).values_list("dedupe_key", flat=True)
    done = set(known)
    return [
        one
        for key, one in by_key.items()
        if f"{key}:{NotificationChannel.IN_APP.value}" not in done
    ]


def _key(row: Absence, template: NotificationTemplate) -> str:
    return f"absence:{row.pk}:{template.value}"


def _tell(row: Absence, person: User, template: NotificationTemplate, now: datetime) -> bool:
    by_email = [NotificationChannel.EMAIL] if person.email else []
    for channel in (*by_email, NotificationChannel.IN_APP):
        notify(
            site=row.site,
            channel=channel,
            template=template,
            dedupe_key=f"{_key(row, template)}:{channel.value}",
            recipient=person,
            now=now,
        )
    return True
