"""Takes away a person's second factor, because the telephone or the key is lost."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db import transaction

from patients.audit import Deed, record_events
from patients.models import Site
from patients.workflows.account_reach import within_reach_only


@transaction.atomic
def reset_second_factor(*, user: User, by: User | None, now: datetime) -> int:
    """Delete the person's codes, keys and recovery codes; return how many there were.

    They sign in by password alone until they set one up again; whose role needs one is led there
    at once. Nothing to take away changes nothing. Refused: `by` does not administer every site of
    the person.
    """
    within_reach_only(user=user, by=by)
    rows = Authenticator.objects.filter(user=user)
    kinds = sorted(rows.values_list("type", flat=True))
    if not kinds:
        return 0
    rows.delete()
    sites = Site.objects.where_in_post(user)
    deeds = [Deed("second_factor_reset", site, user, detail={"kinds": kinds}) for site in sites]
    record_events(deeds, by=by, now=now)
    return len(kinds)
