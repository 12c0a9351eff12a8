"""What is owed, and what was done about it: follow-ups, attempts, escalations, messages."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from rest_framework import serializers

from surveillance.api.filters import SiteFilter, account
from surveillance.api.resource import Derived, Reading, Resource, Rows, Shape, site_slug
from surveillance.models import (
    ContactAttempt,
    ContactChannel,
    Escalation,
    FollowUp,
    FollowUpOutcome,
    Notification,
    NotificationChannel,
    NotificationStatus,
    NotificationTemplate,
)
from surveillance.models.follow_up_states import is_overdue
from surveillance.models.term_choices import term_choices
from surveillance.protocol import timeliness
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import ContactOutcome, EscalationClass, ObligationKind, Stage

SITE_WORDS = "Short name of the site"
WINDOW = ("closed_at", "site_id", "earliest_on", "target_on", "latest_on")


class FollowUpSerializer(Shape[FollowUp]):
    """One obligation. `stage` and `overdue_days` are derived from the site's day, never stored."""

    site = serializers.SlugField(help_text=SITE_WORDS)
    stage = serializers.ChoiceField(
        choices=[(one.value, one.value) for one in Stage],
        allow_null=True,
        help_text="Where today lies in the window; null once it is closed",
    )
    overdue_days = serializers.IntegerField(
        allow_null=True, help_text="Days past the last one, 0 before; null once it is closed"
    )

    class Meta:
        model = FollowUp
        fields = (
            "id", "version", "site", "patient", "lesion", "assessment", "kind", "recommendation",
            "advised_modality", "escalation_class", "reason", "earliest_on", "target_on",
            "latest_on", "stage", "overdue_days", "owed_since", "opened_at", "owner", "ordered_on",
            "order_number", "booked_for", "arrangement_lost_on", "arrangement_lost_reason",
            "missed_appointments", "snoozed_until", "snooze_reason", "sort_key", "closed_at",
            "closed_by", "outcome", "outcome_note", "completed_by", "superseded_by",
        )  # fmt: skip


class FollowUpFilters(SiteFilter):
    patient = serializers.UUIDField(required=False, source="patient_id")
    lesion = serializers.UUIDField(required=False, source="lesion_id")
    owner = account("owner_id")
    open = serializers.BooleanField(required=False, help_text="Still owed, or closed.")
    overdue = serializers.BooleanField(
        required=False, help_text="Open and past the last day at the site, or open and not past it."
    )
    kind = serializers.ChoiceField(required=False, choices=term_choices(ObligationKind))
    escalation_class = serializers.ChoiceField(
        required=False, choices=term_choices(EscalationClass)
    )
    outcome = serializers.ChoiceField(required=False, choices=FollowUpOutcome.choices)
    latest_on_before = serializers.DateField(required=False, source="latest_on__lt")
    latest_on_after = serializers.DateField(required=False, source="latest_on__gt")
    booked_for = serializers.DateField(required=False)
    opened_after = serializers.DateTimeField(required=False, source="opened_at__gt")
    closed_after = serializers.DateTimeField(required=False, source="closed_at__gt")


def _stage(reading: Reading, closed_at: datetime | None, site: int, *window: date) -> str | None:
    if closed_at is not None:
        return None
    return timeliness.stage_on(Window(*window), reading.today[site]).value


def _overdue_days(
    reading: Reading, closed_at: datetime | None, site: int, *window: date
) -> int | None:
    if closed_at is not None:
        return None
    return timeliness.overdue_days(Window(*window), reading.today[site])


def _open(rows: Rows, wanted: bool, _reading: Reading) -> Rows:
    return rows.filter(closed_at__isnull=wanted)


def _overdue(rows: Rows, wanted: bool, reading: Reading) -> Rows:
    """Each site by its own day: most often all have the same."""
    found = Q(pk__in=())
    for day in set(reading.today.values()):
        sites = [key for key, here in reading.today.items() if here == day]
        found |= Q(is_overdue(day), site__in=sites)
    return rows.filter(found if wanted else ~found, closed_at=None)


FOLLOW_UPS = Resource(
    name="follow-ups",
    words="What is owed to lesions, by when, and who answers for it",
    shape=FollowUpSerializer,
    filters=FollowUpFilters,
    rows=FollowUp.objects.all,
    patient="patient_id",
    orders=("id", "sort_key", "latest_on", "opened_at"),
    derived={
        "site": site_slug(),
        "stage": Derived(WINDOW, _stage),
        "overdue_days": Derived(WINDOW, _overdue_days),
    },
    conditions={"open": _open, "overdue": _overdue},
)


class ContactAttemptSerializer(Shape[ContactAttempt]):
    """One attempt to reach a patient, and the follow-ups it served."""

    site = serializers.SlugField(help_text=SITE_WORDS)
    follow_ups = serializers.ListField(child=serializers.UUIDField())

    class Meta:
        model = ContactAttempt
        fields = (
            "id", "site", "patient", "follow_ups", "channel", "outcome", "note", "attempted_at",
            "attempted_by", "next_try_on", "next_try_part", "call_back_at", "recorded_at",
            "retracted_at", "retracted_by", "retracted_reason",
        )  # fmt: skip


class ContactAttemptFilters(SiteFilter):
    patient = serializers.UUIDField(required=False, source="patient_id")
    follow_up = serializers.UUIDField(required=False, source="follow_ups")
    channel = serializers.ChoiceField(required=False, choices=ContactChannel.choices)
    outcome = serializers.ChoiceField(required=False, choices=term_choices(ContactOutcome))
    retracted = serializers.BooleanField(required=False, help_text="Logged by mistake.")
    attempted_after = serializers.DateTimeField(required=False, source="attempted_at__gt")


def _retracted(rows: Rows, wanted: bool, _reading: Reading) -> Rows:
    return rows.filter(retracted_at__isnull=not wanted)


def _served(attempts: list[Any]) -> dict[Any, list[UUID]]:
    """The follow-ups of these attempts. One query."""
    served: dict[Any, list[UUID]] = {}
    links = ContactAttempt.follow_ups.through.objects.filter(contactattempt__in=attempts)
    pairs = links.order_by("pk").values_list("contactattempt_id", "followup_id")
    for attempt, follow_up in pairs:
        served.setdefault(attempt, []).append(follow_up)
    return served


CONTACT_ATTEMPTS = Resource(
    name="contact-attempts",
    words="Attempts to reach patients",
    shape=ContactAttemptSerializer,
    filters=ContactAttemptFilters,
    rows=ContactAttempt.objects.all,
    site="patient__site_id",
    patient="patient_id",
    orders=("id", "attempted_at"),
    moments=("recorded_at", "retracted_at"),
    derived={"site": site_slug("patient__site_id")},
    gathered={"follow_ups": _served},
    conditions={"retracted": _retracted},
)


class EscalationSerializer(Shape[Escalation]):
    """A person must act on it: raised, acknowledged, resolved."""

    site = serializers.SlugField(help_text=SITE_WORDS)
    patient = serializers.UUIDField(source="follow_up.patient_id")

    class Meta:
        model = Escalation
        fields = (
            "id", "site", "patient", "follow_up", "tier", "step", "owner", "raised_at",
            "acknowledged_at", "acknowledged_by", "acknowledged_until", "next_action",
            "incident_review_on", "resolved_at", "resolution",
        )  # fmt: skip


class EscalationFilters(SiteFilter):
    patient = serializers.UUIDField(required=False, source="follow_up__patient_id")
    follow_up = serializers.UUIDField(required=False, source="follow_up_id")
    owner = account("owner_id")
    tier = serializers.IntegerField(required=False, min_value=1, max_value=4)
    open = serializers.BooleanField(required=False, help_text="Not resolved, or resolved.")
    raised_after = serializers.DateTimeField(required=False, source="raised_at__gt")


def _unresolved(rows: Rows, wanted: bool, _reading: Reading) -> Rows:
    return rows.filter(resolved_at__isnull=wanted)


ESCALATIONS = Resource(
    name="escalations",
    words="Steps of the ladder on which a person must act",
    shape=EscalationSerializer,
    filters=EscalationFilters,
    rows=Escalation.objects.all,
    site="follow_up__site_id",
    patient="follow_up__patient_id",
    orders=("id", "raised_at"),
    derived={"site": site_slug("follow_up__site_id")},
    conditions={"open": _unresolved},
)


class NotificationSerializer(Shape[Notification]):
    """A message to a patient or a colleague, and what became of it."""

    site = serializers.SlugField(help_text=SITE_WORDS)

    class Meta:
        model = Notification
        fields = (
            "id", "site", "channel", "template", "recipient", "patient", "follow_up", "escalation",
            "created_at", "not_before", "status", "attempts", "finished_at", "read_at", "subject",
            "body", "reported", "reported_at", "last_error",
        )  # fmt: skip


class NotificationFilters(SiteFilter):
    patient = serializers.UUIDField(required=False, source="patient_id")
    recipient = account("recipient_id")
    follow_up = serializers.UUIDField(required=False, source="follow_up_id")
    channel = serializers.ChoiceField(required=False, choices=NotificationChannel.choices)
    status = serializers.ChoiceField(required=False, choices=NotificationStatus.choices)
    template = serializers.ChoiceField(required=False, choices=NotificationTemplate.choices)
    created_after = serializers.DateTimeField(required=False, source="created_at__gt")
    finished_after = serializers.DateTimeField(required=False, source="finished_at__gt")


NOTIFICATIONS = Resource(
    name="notifications",
    words="The outbox: what is to be told to whom, and what became of it",
    shape=NotificationSerializer,
    filters=NotificationFilters,
    rows=Notification.objects.all,
    patient="patient_id",
    orders=("id", "created_at"),
    derived={"site": site_slug()},
    on_request=frozenset({"body"}),
)
