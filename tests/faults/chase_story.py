"""A clinic in another process's database: filled, and counted at the end."""

from collections import Counter
from datetime import datetime
from typing import NamedTuple

from tests.faults import chase_worker  # noqa: F401  # sets Django up in a fresh process

# isort: split

from django.core.management import call_command

from surveillance.models import Escalation, FollowUp, Notification, NotificationChannel
from tests.surveillance.chase.scenes import a_clinic, a_follow_up, a_patient


class Account(NamedTuple):
    """What is found at the end."""

    unlooked: int
    waiting: int
    tiers_raised_twice: int
    follow_ups_without_tier: int
    emails: frozenset[str]


def fill(follow_ups: int) -> None:
    """Make the tables, and a clinic with so many follow-ups."""
    call_command("migrate", verbosity=0)
    clinic = a_clinic()
    for _ in range(follow_ups):
        a_follow_up(clinic, patient=a_patient(clinic, reachable=True))


def account(now: datetime) -> Account:
    """Counted in the database."""
    tiers = Counter(Escalation.objects.values_list("follow_up", "tier"))
    emails = Notification.objects.filter(channel=NotificationChannel.EMAIL)
    return Account(
        unlooked=FollowUp.objects.to_look_at(now.date()).count(),
        waiting=Notification.objects.waiting().count(),
        tiers_raised_twice=sum(number > 1 for number in tiers.values()),
        follow_ups_without_tier=FollowUp.objects.filter(escalations=None).count(),
        emails=frozenset(f"<{pk}@localhost>" for pk in emails.values_list("pk", flat=True)),
    )
