"""Takes away the identities by which others vouch for a person: a link was made by mistake."""

from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.db import transaction

from patients.audit import Deed, record_events
from patients.models import Site
from patients.workflows.account_reach import within_reach_only


@transaction.atomic
def remove_identities(*, user: User, by: User | None, now: datetime) -> int:
    """Delete the person's links to EHRs and single sign-on; return how many there were.

    They sign in by password or passkey until they are linked again. Nothing to take away changes
    nothing. Refused: `by` does not administer every site of the person.
    """
    within_reach_only(user=user, by=by)
    links = SocialAccount.objects.filter(user=user)
    count = len(links)
    if not count:
        return 0
    links.delete()
    sites = Site.objects.where_in_post(user)
    deeds = [Deed("identities_removed", site, user, detail={"number": count}) for site in sites]
    record_events(deeds, by=by, now=now)
    return count
