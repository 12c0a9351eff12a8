"""Ties an account to the person whom a provider of single sign-on vouches for."""

from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from patients.workflows.tie_identity import NobodyToLink, tie_identity


@transaction.atomic
def link_identity(*, provider: str, subject: str, email: str, now: datetime) -> SocialAccount:
    """Link the one active account with this verified address to the provider's `subject`.

    From then on the subject alone counts, whatever becomes of the address. Refused: nobody or
    several have the address, a superuser has it, or the account is linked to another subject.
    """
    found = list(User.objects.filter(email__iexact=email, is_active=True)[:2]) if email else []
    if len(found) != 1 or found[0].is_superuser:
        raise NobodyToLink(_("No single account has this e-mail address. Ask your administrator."))
    return tie_identity(user=found[0], provider=provider, subject=subject, now=now)
