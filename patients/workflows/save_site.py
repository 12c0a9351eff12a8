"""Adds a site or changes its particulars."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.history import save_with_history
from patients.models import Site
from patients.models.terms import EARLIEST_HOUR, LATEST_HOUR
from patients.workflows.errors import WorkflowRefused
from patients.workflows.field_rules import refusal, refuse_bad_fields

CHASE = (
    "booking_lead_days",
    "authorisation_lead_days",
    "plain_authorisation_lead_days",
    "ladder_days_earlier",
)
"""What the days of the chase hang on."""
OUTREACH = (
    "channel_order",
    "sends_letters",
    "email_from_hour",
    "email_until_hour",
    "sms_from_hour",
    "sms_until_hour",
    "alerts_per_week",
)
FIELDS = (
    "slug",
    "name",
    "time_zone",
    "holiday_calendar",
    "phone",
    "email",
    "raw_message_days",
    *OUTREACH,
    *CHASE,
)
HOURS = ("email_from_hour", "email_until_hour"), ("sms_from_hour", "sms_until_hour")


class SlugIsFixed(WorkflowRefused):
    """The slug names the site's audit chain for ever. `details`: slug."""

    code = "slug_is_fixed"


def save_site(*, site: Site, by: User | None, now: datetime) -> Site:
    """Store the site as given, with history.

    Other lead times or another ladder are noted with their moment, so that the next sweep looks
    at everything open again. Refused: a value that its field does not allow (a ladder later than
    the protocol's among them), another slug than the one it was made with, hours in which no
    message could ever leave.
    """
    refuse_bad_fields(site, FIELDS)
    _refuse_closed_hours(site)
    with transaction.atomic():
        before = Site.objects.filter(pk=site.pk).first()
        if before and before.slug != site.slug:
            raise SlugIsFixed(
                _(
                    "slug: “{before}” cannot become “{after}”, because the audit trail "
                    "bears it. Change the name instead."
                ).format(before=before.slug, after=site.slug),
                slug=before.slug,
            )
        changed = [f for f in FIELDS if not before or getattr(before, f) != getattr(site, f)]
        if before and set(changed) & set(CHASE):
            site.chase_changed_at = now
        save_with_history(site, reason="site_saved", by=by, now=now)
        detail = {"fields": changed}
        record_event("site_saved", site=site, subject=site, by=by, now=now, detail=detail)
    return site


def _refuse_closed_hours(site: Site) -> None:
    for opens, closes in HOURS:
        first = getattr(site, opens) or EARLIEST_HOUR
        last = getattr(site, closes) or LATEST_HOUR
        if first >= last:
            raise refusal(
                opens, first, _("Give an hour before {last}, when messages end.").format(last=last)
            )
