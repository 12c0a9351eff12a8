"""Whose account an administrator may change."""

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from patients.models import Membership
from patients.workflows.errors import WorkflowRefused


class AccountBeyondReach(WorkflowRefused):
    """The person also works where `by` is no administrator. `details`: user."""

    code = "account_beyond_reach"


def is_within_reach(*, user: User, by: User) -> bool:
    """Whether `by` administers every site where the person holds a role.

    Otherwise a password set at one site would open the records of another. A role that has not
    ended counts although the account is switched off: it counts again once it is on.
    """
    if by.is_superuser:
        return True
    return not user.is_superuser and not Membership.objects.beyond_reach_of(by, user).exists()


def within_reach_only(*, user: User, by: User | None) -> None:
    """Refuse whoever may not change this account. The system itself (None) may."""
    if by is not None and not is_within_reach(user=user, by=by):
        raise AccountBeyondReach(
            _(
                "{name} also works at a site that you do not "
                "administer. Ask an administrator of that site, or whoever administers all of them."
            ).format(name=user.get_full_name() or user.get_username()),
            user=user.pk,
        )
