"""Sites, the roles that people hold there, and the trail of what was done."""

from typing import Any

from rest_framework import serializers

from patients.models import AuditEvent, Membership, Role, Site
from surveillance.api.filters import SiteFilter, account
from surveillance.api.resource import Reading, Resource, Rows, Shape, site_slug
from surveillance.models import SweepRun
from surveillance.roles import Permission


class SiteSerializer(Shape[Site]):
    """A hospital or clinic. Days everywhere in this interface are days of its time zone."""

    class Meta:
        model = Site
        fields = ("slug", "name", "time_zone", "holiday_calendar", "phone", "email")


class NoFilters(serializers.Serializer[Any]):
    """A list that is short enough."""


SITES = Resource(
    name="sites",
    words="Sites at which the token counts",
    shape=SiteSerializer,
    filters=NoFilters,
    rows=Site.objects.all,
    site="pk",
    key="slug",
    orders=("slug",),
)


class MembershipSerializer(Shape[Membership]):
    """A person's role at a site; `ended_on` once it has ended."""

    site = serializers.SlugField(help_text="Short name of the site")
    user_name = serializers.CharField(source="user.username")
    first_name = serializers.CharField(source="user.first_name")
    last_name = serializers.CharField(source="user.last_name")

    class Meta:
        model = Membership
        fields = (
            "id", "site", "user", "user_name", "first_name", "last_name", "role", "ended_on",
        )  # fmt: skip


class MembershipFilters(SiteFilter):
    user = account("user_id")
    role = serializers.ChoiceField(required=False, choices=Role.choices)
    current = serializers.BooleanField(required=False, help_text="Held today, or ended.")


def _held(rows: Rows, wanted: bool, _reading: Reading) -> Rows:
    return rows.filter(ended_on__isnull=wanted)


MEMBERSHIPS = Resource(
    name="memberships",
    words="Who holds which role at the sites of the token",
    shape=MembershipSerializer,
    filters=MembershipFilters,
    rows=Membership.objects.all,
    derived={"site": site_slug()},
    conditions={"current": _held},
)


class AuditEventSerializer(Shape[AuditEvent]):
    """One thing that somebody did or looked at. `actor` is `user:12` or `system`."""

    detail = serializers.JSONField(help_text="Codes, ids and dates; never a name or a finding")

    class Meta:
        model = AuditEvent
        fields = (
            "id", "at", "site", "actor", "action", "subject_type", "subject_id", "patient_id",
            "detail",
        )  # fmt: skip


class AuditEventFilters(SiteFilter):
    patient = serializers.UUIDField(required=False, source="patient_id")
    actor = serializers.CharField(required=False, max_length=60)
    action = serializers.CharField(required=False, max_length=60)
    subject_type = serializers.CharField(required=False, max_length=40)
    subject_id = serializers.CharField(required=False, max_length=60)
    at_after = serializers.DateTimeField(required=False, source="at__gt")
    at_before = serializers.DateTimeField(required=False, source="at__lt")


AUDIT_EVENTS = Resource(
    name="audit-events",
    words="The audit trail (the account needs a role that may read it)",
    shape=AuditEventSerializer,
    filters=AuditEventFilters,
    rows=AuditEvent.objects.all,
    site="site",
    site_by_slug=True,
    permission=Permission.VIEW_AUDIT,
    orders=("id", "at"),
    moments=("at",),
)


class SweepRunSerializer(Shape[SweepRun]):
    """One pass over what may be due: proof that somebody looked."""

    class Meta:
        model = SweepRun
        fields = ("id", "kind", "started_at", "finished_at", "looked_at", "acted_on", "parked")


class SweepRunFilters(serializers.Serializer[Any]):
    kind = serializers.CharField(required=False, max_length=20)
    finished = serializers.BooleanField(required=False)
    started_after = serializers.DateTimeField(required=False, source="started_at__gt")


def _finished(rows: Rows, wanted: bool, _reading: Reading) -> Rows:
    return rows.filter(finished_at__isnull=not wanted)


SWEEP_RUNS = Resource(
    name="sweep-runs",
    words="When was looked at what is due, in the whole installation",
    shape=SweepRunSerializer,
    filters=SweepRunFilters,
    rows=SweepRun.objects.all,
    site="",
    orders=("id", "started_at"),
    moments=("finished_at",),
    conditions={"finished": _finished},
)
