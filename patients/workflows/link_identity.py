"""Ties an account to the person whom a provider of single sign-on vouches for."""

from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from patients.audit import Deed, record_events
from patients.models import Site
from patients.workflows.errors import WorkflowRefused


class NobodyToLink(WorkflowRefused):
    """No account, or more than one, has the address; or it is linked to somebody else already."""

    code = "nobody_to_link"


@transaction.atomic
def link_identity(*, provider: str, subject: str, email: str, now: datetime) -> SocialAccount:
    """Link the one active account with this verified address to the provider's `subject`.

    From then on the subject alone counts, whatever becomes of the address. Refused: nobody or
    several have the address, a superuser has it, or the account is linked to another subject.
    """
    found = list(User.objects.filter(email__iexact=email, is_active=True)[:2]) if email else []
    if len(found) != 1 or found[0].is_superuser:
        raise NobodyToLink(_("No single account has this e-mail address. Ask your administrator."))
    [user] = found
    if SocialAccount.objects.filter(user=user, provider=provider).exists():
        raise NobodyToLink(_("This account belongs to another identity. Ask your administrator."))
    try:
        with transaction.atomic():
            link = SocialAccount.objects.create(user=user, provider=provider, uid=subject)
    except IntegrityError as error:
        raise NobodyToLink(_("This identity was linked a moment ago. Sign in again.")) from error
    sites = Site.objects.where_in_post(user)
    deeds = [Deed("identity_linked", site, user, detail={"provider": provider}) for site in sites]
    record_events(deeds, by=user, now=now)
    return link
