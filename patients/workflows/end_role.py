"""Ends a person's role at a site. Memberships are ended, never deleted."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from patients.audit import record_event
from patients.history import save_with_history
from patients.models import Membership
from patients.workflows.admin_access import let_into_admin


def end_role(*, membership: Membership, by: User | None, now: datetime) -> Membership:
    """End the role today (the site's day); one that has ended stays as it was.

    What the person owned keeps its owner until somebody reassigns it: check_failsafe lists it.
    """
    with transaction.atomic():
        stored = Membership.objects.select_for_update().get(pk=membership.pk)
        if stored.ended_on is not None:
            return stored
        stored.ended_on = stored.site.local_date(now)
        save_with_history(stored, reason="role_ended", by=by, now=now, fields=["ended_on"])
        let_into_admin(stored.user)
        record_event(
            "role_ended",
            site=stored.site,
            subject=stored,
            by=by,
            now=now,
            detail={"user": stored.user_id, "role": stored.role},
        )
    return stored
