"""Adds an account or changes its particulars. Roles are granted apart (`grant_role`)."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from patients.audit import Deed, record_events
from patients.models import Site


def save_account(*, user: User, by: User | None, now: datetime) -> User:
    """Store the account as given; the sites where the person holds a role hear of it.

    To switch one off, call `surveillance.workflows.deactivate_account` first: it hands over.
    """
    with transaction.atomic():
        user.save()
        held = Site.objects.filter(memberships__user=user, memberships__ended_on=None)
        deeds = [Deed("account_saved", site, user) for site in held.distinct()]
        record_events(deeds, by=by, now=now)
    return user
