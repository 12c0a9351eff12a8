"""Makes an account with which a person can sign in. Roles are granted apart (`grant_role`)."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from patients.workflows.errors import WorkflowRefused


class UserNameTaken(WorkflowRefused):
    """Somebody else signs in under this name. `details`: username."""

    code = "user_name_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """Who signs in. `password_hash` is what Django's `make_password` answers."""

    username: str
    first_name: str
    last_name: str
    email: str
    password_hash: str


def refuse_taken_name(username: str, *, except_for: User | None = None) -> None:
    """Refuse a user name that somebody else has, in capitals or small letters: people
    type either."""
    others = User.objects.filter(username__iexact=username)
    if except_for is not None:
        others = others.exclude(pk=except_for.pk)
    if (taken := others.first()) is not None:
        raise _taken(taken.username)


def _taken(name: str) -> UserNameTaken:
    return UserNameTaken(
        _("username: somebody signs in as {name} already. Choose another name.").format(name=name),
        field="username",
        username=name,
    )


def open_account(*, account: NewAccount, now: datetime) -> User:
    """Add the account. Refused: a user name that is taken, whatever its case."""
    refuse_taken_name(account.username)
    user = User(
        username=account.username,
        first_name=account.first_name,
        last_name=account.last_name,
        email=account.email,
        password=account.password_hash,
        date_joined=now,
    )
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise _taken(account.username) from error
    return user
