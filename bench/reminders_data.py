"""E-mails that wait: reminders to patients who agreed, and escalations to their navigators."""

from datetime import datetime

from django.contrib.auth.models import User

from bench import bulk, sweep_data
from patients.history import save_with_history
from patients.models import Membership, Role, Site, Tri
from surveillance.models import (
    Escalation,
    Notification,
    NotificationChannel,
    NotificationTemplate,
)

NAVIGATORS = 100
NOON = 12


def fill(messages: int, now: datetime) -> None:
    """Half to patients, half to staff, all due at `now`, when every follow-up is overdue: none of
    them waits for a digest."""
    sweep_data.fill(messages, messages // 2, consent=Tri.YES)
    site = Site.objects.get()
    # Patients are written to in the daytime: the site is where it is noon now.
    site.time_zone = f"Etc/GMT{now.hour - NOON:+d}"
    save_with_history(site, reason="bench", by=None, now=now)
    _navigators(site)
    _escalations(site, messages // 2, now)
    _reminders(site, messages - messages // 2, now)


def _navigators(site: Site) -> None:
    """Many, as alerts to one person are few."""
    names = [f"navigator-{number}" for number in range(NAVIGATORS)]
    users = User.objects.bulk_create(
        User(username=name, email=f"{name}@example.org") for name in names
    )
    Membership.objects.bulk_create(
        Membership(user=user, site=site, role=Role.NURSE_NAVIGATOR) for user in users
    )


def _escalations(site: Site, number: int, now: datetime) -> None:
    owned = f"""(SELECT f.id, f.patient_id, u.id AS owner,
        gen_random_uuid() AS escalation, row_number() OVER () AS n
        FROM (SELECT *, row_number() OVER () AS n FROM surveillance_followup LIMIT %s) f
        JOIN (SELECT id, row_number() OVER () AS n FROM auth_user
            WHERE username LIKE 'navigator-%%') u ON u.n = f.n %% {NAVIGATORS} + 1) o"""
    bulk.insert(
        Escalation(tier=1, step="L-30", raised_at=now),
        each={"id": "o.escalation", "follow_up_id": "o.id", "owner_id": "o.owner"},
        source=owned,
        given=[number],
    )
    bulk.insert(
        _waiting(site, NotificationTemplate.ESCALATION_RAISED, now),
        each={
            "id": "gen_random_uuid()",
            "dedupe_key": "'escalation:' || e.id",
            "recipient_id": "e.owner_id",
            "patient_id": "f.patient_id",
            "follow_up_id": "f.id",
            "escalation_id": "e.id",
        },
        source="surveillance_escalation e JOIN surveillance_followup f ON f.id = e.follow_up_id",
    )


def _reminders(site: Site, number: int, now: datetime) -> None:
    bulk.insert(
        _waiting(site, NotificationTemplate.PATIENT_REMINDER, now),
        each={
            "id": "gen_random_uuid()",
            "dedupe_key": "'reminder:' || f.id",
            "patient_id": "f.patient_id",
            "follow_up_id": "f.id",
        },
        source="(SELECT * FROM surveillance_followup ORDER BY id LIMIT %s) f",
        given=[number],
    )


def _waiting(site: Site, template: NotificationTemplate, now: datetime) -> Notification:
    return Notification(
        site=site,
        channel=NotificationChannel.EMAIL,
        template=template,
        created_at=now,
        not_before=now,
    )
