"""Keeps Django's groups in step with the roles that open the admin site.

The admin asks Django's own permissions. A group bears the name of its role; who is in it follows
from the current memberships, never from a hand.
"""

from django.contrib.auth.models import Group, User

from patients.models import Membership, Role

ADMIN_ROLES = (Role.ADMINISTRATOR, Role.AUDITOR)


def let_into_admin(user: User) -> None:
    """Put the person into the groups of the admin roles held anywhere today, and no others.

    `is_staff` follows: yes with such a role, or for a superuser; otherwise no.
    """
    held = set(
        Membership.objects.current()
        .of(user)
        .filter(role__in=ADMIN_ROLES)
        .values_list("role", flat=True)
    )
    for role in ADMIN_ROLES:
        group, _ = Group.objects.get_or_create(name=role.value)
        if role in held:
            user.groups.add(group)
        else:
            user.groups.remove(group)
    is_staff = bool(held) or user.is_superuser
    User.objects.filter(pk=user.pk).exclude(is_staff=is_staff).update(is_staff=is_staff)
