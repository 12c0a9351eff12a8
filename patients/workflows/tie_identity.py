"""Ties an account to an identity that somebody else vouches for."""

from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from patients.audit import Deed, record_events
from patients.models import Site
from patients.workflows.errors import WorkflowRefused


class NobodyToLink(WorkflowRefused):
    """No account, or more than one, is meant; or it is linked to somebody else already."""

    code = "nobody_to_link"


@transaction.atomic
def tie_identity(
    *, user: User, provider: str, subject: str, now: datetime, called: str = ""
) -> SocialAccount:
    """From now on the provider's `subject` is this person; `called` names the provider for people.

    Refused: a superuser, an account that is linked to another subject of the provider, and an
    identity that is linked already.
    """
    if user.is_superuser:
        raise NobodyToLink(_("A superuser's account is not linked. Ask your administrator."))
    if SocialAccount.objects.filter(user=user, provider=provider).exists():
        raise NobodyToLink(_("This account belongs to another identity. Ask your administrator."))
    try:
        with transaction.atomic():
            link = SocialAccount.objects.create(user=user, provider=provider, uid=subject)
    except IntegrityError as error:
        raise NobodyToLink(_("This identity was linked a moment ago. Sign in again.")) from error
    detail = {"provider": called or provider}
    sites = Site.objects.where_in_post(user)
    deeds = [Deed("identity_linked", site, user, detail=detail) for site in sites]
    record_events(deeds, by=user, now=now)
    return link
