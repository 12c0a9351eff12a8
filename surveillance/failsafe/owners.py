"""Who answers for a finding: one person in post, chosen the same way every time."""

from collections.abc import Sequence

from patients.models import Membership, Role
from surveillance.failsafe.finding import LEADS, Owner


class Answerable:
    """Everybody who could answer, read once."""

    def __init__(self) -> None:
        rows = Membership.objects.current().filter(role__in=LEADS).select_related("user")
        self._members = list(rows.order_by("user_id"))

    def owner_of(self, site: int | None, roles: Sequence[Role]) -> Owner | None:
        """The holder of the first role that is filled at the site (None: anywhere); who has been
        here longest, if there are several. None if nobody is in post."""
        for role in roles:
            for member in self._members:
                if member.role == role and site in (None, member.site_id):
                    user = member.user
                    return Owner(user.pk, user.get_full_name() or user.get_username(), user.email)
        return None
