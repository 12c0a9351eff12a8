"""An account that was switched off can sign in again."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from patients.audit import Deed, record_events
from patients.models import Site
from patients.workflows.account_reach import within_reach_only
from patients.workflows.admin_access import let_into_admin


@transaction.atomic
def reactivate_account(*, user: User, by: User | None, now: datetime) -> User:
    """Roles that have not ended count again. A second call changes nothing.

    Refused: `by` does not administer every site of the person.
    """
    within_reach_only(user=user, by=by)
    stored = User.objects.select_for_update().get(pk=user.pk)
    if stored.is_active:
        return stored
    stored.is_active = True
    stored.save(update_fields=["is_active"])
    let_into_admin(stored)
    sites = Site.objects.where_in_post(stored)
    record_events([Deed("account_reactivated", site, stored) for site in sites], by=by, now=now)
    return stored
