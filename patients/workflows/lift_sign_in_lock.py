"""Lets somebody try again who typed too many wrong passwords."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from patients.audit import Deed, record_events
from patients.models import Site
from patients.sign_in_locks import lift_lock
from patients.workflows.account_reach import within_reach_only


@transaction.atomic
def lift_sign_in_lock(*, user: User, by: User | None, now: datetime) -> None:
    """Forget the wrong passwords and codes counted so far; who lifted it is kept.

    Refused: `by` does not administer every site of the person.
    """
    within_reach_only(user=user, by=by)
    sites = Site.objects.where_in_post(user)
    record_events([Deed("sign_in_lock_lifted", site, user) for site in sites], by=by, now=now)
    transaction.on_commit(lambda: lift_lock(user.get_username(), user_id=user.pk))
