"""Where care is given, and who works there in which role."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

import holidays
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from patients.models.terms import EARLIEST_HOUR, LATEST_HOUR, ReminderChannel, Role
from patients.models.tracked import TrackedQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
    from django_stubs_ext import StrOrPromise


def validate_time_zone(name: str) -> None:
    """Refuse a name that is not in the IANA time zone database."""
    if name not in available_timezones():
        raise ValidationError(
            _("“{name}” is not an IANA time zone. Use a name such as Europe/London.").format(
                name=name
            ),
            code="unknown_time_zone",
        )


def validate_holiday_calendar(region: str) -> None:
    """Refuse a country or region whose public holidays are not known."""
    country, _dash, subdivision = region.partition("-")
    known = holidays.list_supported_countries()
    if country not in known or (subdivision and subdivision not in known[country]):
        raise ValidationError(
            _(
                "“{region}” is not a known holiday calendar. Use a country or a country and region "
                "such as GB-ENG, US-CA or DE-BY, or leave it empty: then every day is a working "
                "day."
            ).format(region=region),
            code="unknown_holiday_calendar",
        )


LEAST_RAW_DAYS, MOST_RAW_DAYS = 7, 3650
LONGEST_LEAD = 180
MOST_DAYS_EARLIER = 30


def validate_lead_days(days: int) -> None:
    """Refuse what cannot be a site's usual waiting time."""
    if not 0 <= days <= LONGEST_LEAD:
        raise ValidationError(
            _(
                "“{days}” is no usual waiting time. Give 0 to {most} days, or leave it empty "
                "for the protocol's own number."
            ).format(days=days, most=LONGEST_LEAD),
            code="lead_days_out_of_range",
        )


def validate_ladder_days_earlier(days: int) -> None:
    """Refuse a ladder that is later than the protocol's, or absurdly early."""
    if days < 0:
        raise ValidationError(
            _(
                "“{days}” would put the ladder back: a site may tighten it, never loosen it. Give "
                "0 to {most} days by which its steps come earlier than the protocol's."
            ).format(days=days, most=MOST_DAYS_EARLIER),
            code="ladder_loosened",
        )
    if days > MOST_DAYS_EARLIER:
        raise ValidationError(
            _("“{days}” is too much. Give 0 to {most} days.").format(
                days=days, most=MOST_DAYS_EARLIER
            ),
            code="ladder_too_early",
        )


def validate_channel_order(words: str) -> None:
    """Refuse a channel that does not exist, or one named twice."""
    named = [word.strip().upper() for word in words.split(",")]
    if len(set(named)) < len(named) or not set(named) <= set(ReminderChannel.values):
        raise ValidationError(
            _(
                "“{words}” is no order of channels. Name each of {channels} at most once, "
                "separated by commas, or leave it empty for the usual order."
            ).format(words=words, channels=", ".join(ReminderChannel.values)),
            code="unknown_channel",
        )


def hour(words: "StrOrPromise") -> "models.PositiveSmallIntegerField[int | None, int | None]":
    """An hour of the day that tightens when messages may leave."""
    return models.PositiveSmallIntegerField(
        words,
        null=True,
        blank=True,
        validators=[MinValueValidator(EARLIEST_HOUR), MaxValueValidator(LATEST_HOUR)],
        help_text=format_lazy(
            _("A whole hour of this site's clock, {earliest} to {latest}."),
            earliest=EARLIEST_HOUR,
            latest=LATEST_HOUR,
        ),
    )


def hours_in_order(channel: str) -> models.CheckConstraint:
    """Opens before it closes, whichever of the two is left to the default."""
    opens, closes = f"{channel}_from_hour", f"{channel}_until_hour"
    return models.CheckConstraint(
        condition=(models.Q((opens, None)) | models.Q((f"{opens}__lt", LATEST_HOUR)))
        & (models.Q((closes, None)) | models.Q((f"{closes}__gt", EARLIEST_HOUR)))
        & (
            models.Q((opens, None))
            | models.Q((closes, None))
            | models.Q((f"{opens}__lt", models.F(closes)))
        ),
        name=f"site_{channel}_hours_in_order",
        violation_error_message=_(
            "Messages must be able to leave for at least one hour of the day: "
            "the first hour comes before the last."
        ),
    )


class SiteQuerySet(TrackedQuerySet["Site"]):
    def for_user(self, user: "AbstractBaseUser | AnonymousUser") -> "SiteQuerySet":
        """The sites where this person holds a role today."""
        return self.filter(memberships__in=Membership.objects.current().of(user)).distinct()

    def where_in_post(self, user: "AbstractBaseUser") -> "SiteQuerySet":
        """The sites where this person holds a role that has not ended, each once, although the
        account may be switched off."""
        return self.filter(
            memberships__in=Membership.objects.of(user).filter(ended_on=None)
        ).distinct()

    def administered_by(self, user: "AbstractBaseUser | AnonymousUser") -> "SiteQuerySet":
        """The sites where this person is an administrator today."""
        return self._where(user, [Role.ADMINISTRATOR])

    def administered_by_nobody_but(self, user: "AbstractBaseUser") -> "SiteQuerySet":
        """The sites where this person is the only administrator who can sign in today."""
        others = Membership.objects.current().filter(role=Role.ADMINISTRATOR).exclude(user=user.pk)
        return self.administered_by(user).exclude(pk__in=others.values("site"))

    def overseen_by(self, user: "AbstractBaseUser | AnonymousUser") -> "SiteQuerySet":
        """The sites whose records this person may read in the admin today."""
        return self._where(user, [Role.ADMINISTRATOR, Role.AUDITOR])

    def _where(self, user: "AbstractBaseUser | AnonymousUser", roles: list[Role]) -> "SiteQuerySet":
        held = Membership.objects.current().of(user).filter(role__in=roles)
        return self.filter(memberships__in=held).distinct()


class Site(models.Model):
    """A hospital or clinic. "Today" is its local date.

    `chase_changed_at`: when a number on which the days of the chase hang was changed last; the
    sweep then looks at everything that is open again.
    """

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    holiday_calendar = models.CharField(
        max_length=20,
        blank=True,
        validators=[validate_holiday_calendar],
        help_text=_("Country and region, for example GB-ENG or US-CA."),
    )
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    booking_lead_days = models.SmallIntegerField(
        null=True,
        blank=True,
        validators=[validate_lead_days],
        help_text=_("Days from booking to a free appointment. Empty: the protocol's own number."),
    )
    authorisation_lead_days = models.SmallIntegerField(
        _("authorisation lead days, MRI and CT"),
        null=True,
        blank=True,
        validators=[validate_lead_days],
        help_text=_("Days from an order of MRI, CT or PET to its authorisation. Empty: as above."),
    )
    plain_authorisation_lead_days = models.SmallIntegerField(
        _("authorisation lead days, ultrasound"),
        null=True,
        blank=True,
        validators=[validate_lead_days],
        help_text=_("Days from an order of ultrasound to its authorisation. Empty: as above."),
    )
    ladder_days_earlier = models.SmallIntegerField(
        null=True,
        blank=True,
        validators=[validate_ladder_days_earlier],
        help_text=_(
            "Days by which every step of the escalation ladder comes earlier here than in "
            "the protocol; it can never come later. Empty: as in the protocol."
        ),
    )
    chase_changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    channel_order = models.CharField(
        _("order of reminders"),
        max_length=60,
        blank=True,
        validators=[validate_channel_order],
        help_text=_(
            "Channels in the order in which they are tried, for example LETTER, SMS, EMAIL. "
            "Empty: the usual order. A call by the navigator is always what remains."
        ),
    )
    sends_letters = models.BooleanField(
        _("sends letters"),
        default=False,
        db_default=False,
        help_text=_(
            "Somebody here prints and posts letters at least every three days. Then "
            "reminders go by letter where the order says so. Otherwise only letters that somebody "
            "asks for wait to be printed."
        ),
    )
    email_from_hour = hour(_("e-mails to patients leave from"))
    email_until_hour = hour(_("e-mails to patients leave until"))
    sms_from_hour = hour(_("text messages leave from"))
    sms_until_hour = hour(_("text messages leave until"))
    alerts_per_week = models.PositiveSmallIntegerField(
        _("e-mails at once, per person and week"),
        null=True,
        blank=True,
        help_text=_(
            "Fewer than the protocol's own number; further ones wait for the daily digest. "
            "What is overdue and at risk or urgent is always sent at once."
        ),
    )
    raw_message_days = models.PositiveSmallIntegerField(
        _("days that received messages are kept"),
        null=True,
        blank=True,
        validators=[MinValueValidator(LEAST_RAW_DAYS), MaxValueValidator(MOST_RAW_DAYS)],
        help_text=_(
            "What other systems sent, word for word. Empty: 90 days. What waits for a person "
            "is kept until it is done with."
        ),
    )
    history = HistoricalRecords()

    objects = SiteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ladder_days_earlier=None) | models.Q(ladder_days_earlier__gte=0),
                name="site_ladder_is_never_loosened",
            ),
            hours_in_order("email"),
            hours_in_order("sms"),
        ]

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
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
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

    def beyond_reach_of(
        self, administrator: "AbstractBaseUser", user: "AbstractBaseUser"
    ) -> "MembershipQuerySet":
        """Roles of `user` that have not ended, at sites that `administrator` does not keep."""
        kept = Site.objects.administered_by(administrator)
        return self.of(user).filter(ended_on=None).exclude(site__in=kept)

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
