"""A new colleague gets an account without a password, and a first role."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.models import Site
from patients.workflows.errors import WorkflowRefused
from patients.workflows.grant_role import grant_role
from patients.workflows.open_account import NewAccount, open_account


class EmailTaken(WorkflowRefused):
    """Somebody has this address already. `details`: field, user."""

    code = "email_taken"


def refuse_taken_email(email: str, *, except_for: User | None = None) -> None:
    """Refuse an address that somebody else has: single sign-on knows people by it."""
    others = User.objects.filter(email__iexact=email)
    if except_for is not None:
        others = others.exclude(pk=except_for.pk)
    if (known := others.first()) is not None:
        raise EmailTaken(
            _(
                "{name} has this address already. Give them the role, or write another address."
            ).format(name=known.get_full_name() or known.get_username()),
            field="email",
            user=known.pk,
        )


@transaction.atomic
def invite_person(
    *, account: NewAccount, site: Site, role: str, by: User | None, now: datetime
) -> User:
    """Open the account with the role; nobody can sign in to it before a password is chosen.

    The link by which that is done leaves by the door that called. Refused: a user name that is
    taken, an address that somebody has (single sign-on knows people by it), an unknown role.
    """
    refuse_taken_email(account.email)
    user = open_account(account=account, now=now)
    record_event("account_opened", site=site, subject=user, by=by, now=now)
    grant_role(user=user, site=site, role=role, by=by, now=now)
    return user


def without_password(*, username: str, first_name: str, last_name: str, email: str) -> NewAccount:
    """Particulars of an account whose password nobody knows."""
    return NewAccount(
        username=username,
        first_name=first_name,
        last_name=last_name,
        email=email,
        password_hash=make_password(None),
    )
