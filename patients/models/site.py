"""Where care is given, and who works there in which role."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

import holidays
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from simple_history.models import HistoricalRecords

from patients.models.terms import Role
from patients.models.tracked import TrackedQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


def validate_time_zone(name: str) -> None:
    """Refuse a name that is not in the IANA time zone database."""
    if name not in available_timezones():
        raise ValidationError(
            f"“{name}” is not an IANA time zone. Use a name such as Europe/London.",
            code="unknown_time_zone",
        )


def validate_holiday_calendar(region: str) -> None:
    """Refuse a country or region whose public holidays are not known."""
    country, _, subdivision = region.partition("-")
    known = holidays.list_supported_countries()
    if country not in known or (subdivision and subdivision not in known[country]):
        raise ValidationError(
            f"“{region}” is not a known holiday calendar. Use a country or a country and region "
            "such as GB-ENG, US-CA or DE-BY, or leave it empty: then every day is a working day.",
            code="unknown_holiday_calendar",
        )


class SiteQuerySet(TrackedQuerySet["Site"]):
    def for_user(self, user: "AbstractBaseUser | AnonymousUser") -> "SiteQuerySet":
        """The sites where this person holds a role today."""
        return self.filter(memberships__in=Membership.objects.current().of(user)).distinct()

    def administered_by(self, user: "AbstractBaseUser | AnonymousUser") -> "SiteQuerySet":
        """The sites where this person is an administrator today."""
        return self._where(user, [Role.ADMINISTRATOR])

    def overseen_by(self, user: "AbstractBaseUser | AnonymousUser") -> "SiteQuerySet":
        """The sites whose records this person may read in the admin today."""
        return self._where(user, [Role.ADMINISTRATOR, Role.AUDITOR])

    def _where(self, user: "AbstractBaseUser | AnonymousUser", roles: list[Role]) -> "SiteQuerySet":
        held = Membership.objects.current().of(user).filter(role__in=roles)
        return self.filter(memberships__in=held).distinct()


class Site(models.Model):
    """A hospital or clinic. "Today" is its local date."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    holiday_calendar = models.CharField(
        max_length=20,
        blank=True,
        validators=[validate_holiday_calendar],
        help_text="Country and region, for example GB-ENG or US-CA.",
    )
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    alerts_per_week = models.PositiveSmallIntegerField(
        "e-mails at once, per person and week",
        null=True,
        blank=True,
        help_text="Fewer than the protocol's own number; further ones wait for the daily digest. "
        "What is overdue and at risk or urgent is always sent at once.",
    )
    history = HistoricalRecords()

    objects = SiteQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def local_date(self, now: datetime) -> date:
        """The day it is at this site at the moment `now` (aware)."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()


class SiteClosureQuerySet(TrackedQuerySet["SiteClosure"]):
    def standing(self) -> "SiteClosureQuerySet":
        """Closures that nobody has lifted."""
        return self.filter(lifted_at=None)


class SiteClosure(models.Model):
    """Days on which a site does not work besides weekends and holidays. Lifted, never deleted."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="closures")
    first_on = models.DateField("first day")
    last_on = models.DateField("last day")
    reason = models.CharField(max_length=200)
    lifted_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()

    objects = SiteClosureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first_on__lte=models.F("last_on")),
                name="site_closure_days_in_order",
            )
        ]

    def __str__(self) -> str:
        return f"SiteClosure {self.pk}: site {self.site_id}, {self.first_on} to {self.last_on}"


class MembershipQuerySet(TrackedQuerySet["Membership"]):
    def current(self) -> "MembershipQuerySet":
        """Roles held now, by people who can sign in."""
        return self.filter(ended_on=None, user__is_active=True)

    def of(self, user: "AbstractBaseUser | AnonymousUser") -> "MembershipQuerySet":
        """One person's roles; nobody has any before signing in."""
        return self.none() if user.pk is None else self.filter(user_id=user.pk)


class Membership(models.Model):
    """One person's role at one site. Ended, never deleted."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    ended_on = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "site", "role"],
                condition=models.Q(ended_on=None),
                name="membership_once_per_user_site_and_role",
            )
        ]

    def __str__(self) -> str:
        return f"Membership {self.pk}: user {self.user_id} as {self.role} at site {self.site_id}"
