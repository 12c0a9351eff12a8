"""Adds a site or changes its particulars."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from patients.audit import record_event
from patients.history import save_with_history
from patients.models import Site
from patients.workflows.errors import WorkflowRefused
from patients.workflows.field_rules import refuse_bad_fields

FIELDS = ("slug", "name", "time_zone", "holiday_calendar", "phone", "email", "alerts_per_week")


class SlugIsFixed(WorkflowRefused):
    """The slug names the site's audit chain for ever. `details`: slug."""

    code = "slug_is_fixed"


def save_site(*, site: Site, by: User | None, now: datetime) -> Site:
    """Store the site as given, with history.

    Refused: a value that its field does not allow, another slug than the one it was made with.
    """
    refuse_bad_fields(site, FIELDS)
    with transaction.atomic():
        before = Site.objects.filter(pk=site.pk).first()
        if before and before.slug != site.slug:
            raise SlugIsFixed(
                f"slug: “{before.slug}” cannot become “{site.slug}”, because the audit trail "
                f"bears it. Change the name instead.",
                slug=before.slug,
            )
        save_with_history(site, reason="site_saved", by=by, now=now)
        changed = [f for f in FIELDS if not before or getattr(before, f) != getattr(site, f)]
        detail = {"fields": changed}
        record_event("site_saved", site=site, subject=site, by=by, now=now, detail=detail)
    return site
