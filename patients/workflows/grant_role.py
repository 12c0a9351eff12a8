"""Gives a person a role at a site."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.history import save_with_history
from patients.models import Membership, Role, Site
from patients.workflows.admin_access import let_into_admin
from patients.workflows.errors import WorkflowRefused
from patients.workflows.field_rules import refuse_bad_fields


class AccountBlocked(WorkflowRefused):
    """The account cannot sign in, so a role would do nothing. `details`: user."""

    code = "account_blocked"


def grant_role(*, user: User, site: Site, role: str, by: User | None, now: datetime) -> Membership:
    """Return the person's current membership in that role, new or already held.

    Refused: an unknown role, an account that cannot sign in. An administrator's or auditor's role
    also opens the admin site (read-only there for clinical records).
    """
    membership = Membership(user=user, site=site, role=role)
    refuse_bad_fields(membership, ["role"])
    if not user.is_active:
        raise AccountBlocked(
            _("user: the account {name} cannot sign in. Activate it first.").format(
                name=user.get_username()
            ),
            user=user.pk,
        )
    try:
        with transaction.atomic():
            save_with_history(membership, reason="role_granted", by=by, now=now)
            let_into_admin(user)
            detail = {"user": user.pk, "role": Role(role).value}
            record_event(
                "role_granted", site=site, subject=membership, by=by, now=now, detail=detail
            )
    except IntegrityError:
        # Held already, perhaps since a moment ago: the partial unique key says so.
        held = Membership.objects.filter(user=user, site=site, role=role, ended_on=None).first()
        if held is None:
            raise
        return held
    return membership
