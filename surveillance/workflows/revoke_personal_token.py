"""A personal token is taken back: it counts no more from this moment."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from patients.audit import Deed, record_events
from patients.models import Site
from surveillance.models import PersonalToken


@transaction.atomic
def revoke_personal_token(*, token: PersonalToken, by: User, now: datetime) -> bool:
    """Whether it was taken back now; False for one that was before. Nothing is refused."""
    standing = PersonalToken.objects.filter(pk=token.pk, revoked_at=None)
    if not standing.update(revoked_at=now, revoked_by=by):
        return False
    sites = Site.objects.where_in_post(token.user)
    record_events([Deed("personal_token_revoked", site, token) for site in sites], by=by, now=now)
    return True
