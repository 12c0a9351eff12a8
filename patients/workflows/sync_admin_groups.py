"""Gives each admin role's group exactly the Django permissions of the table."""

from collections.abc import Collection, Mapping

from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from patients.models import Role
from patients.workflows.admin_access import ADMIN_ROLES, let_into_admin
from patients.workflows.errors import WorkflowRefused


class PermissionUnknown(WorkflowRefused):
    """The table names a permission that the database does not have. `details`: names."""

    code = "permission_unknown"


def sync_admin_groups(*, table: Mapping[Role, Collection[str]]) -> int:
    """Write groups and their members anew from `table` ("app.codename") and the memberships.

    Returns the number of people in the groups. Twice equals once. Refused: an unknown permission
    (migrations have not run).
    """
    with transaction.atomic():
        for role in ADMIN_ROLES:
            group, _ = Group.objects.get_or_create(name=role.value)
            group.permissions.set(_permissions(table[role]))
        names = [role.value for role in ADMIN_ROLES]
        touched = User.objects.filter(
            Q(memberships__role__in=names) | Q(groups__name__in=names)
        ).distinct()
        for user in touched:
            let_into_admin(user)
        return User.objects.filter(groups__name__in=names).distinct().count()


def _permissions(names: Collection[str]) -> list[Permission]:
    found = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    unknown = sorted(set(names) - set(found))
    if unknown:
        raise PermissionUnknown(
            _("permissions {names} do not exist. Run migrate first.").format(
                names=", ".join(unknown)
            ),
            names=unknown,
        )
    return [found[name] for name in names]
