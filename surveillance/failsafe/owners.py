"""Who answers for a finding: one person in post, chosen the same way every time."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.contrib.auth.models import User

from patients.models import Membership, Role, Site
from surveillance.absences import MAY_COVER, Leave, read_leave
from surveillance.failsafe.finding import LEADS, Owner


class Answerable:
    """Everybody who could answer at `now`; who is away is read once per site."""

    def __init__(self, *, now: datetime) -> None:
        rows = Membership.objects.current().filter(role__in=LEADS).select_related("user", "site")
        self._members = list(rows.order_by("user_id"))
        self._now = now
        self._leave: dict[int, Leave] = {}

    def owner_of(self, site: int | None, roles: Sequence[Role]) -> Owner | None:
        """The holder of the first role that is filled at the site (None: anywhere); who has been
        here longest, if there are several. While they are away, their cover.

        A cover who cannot answer counts as none: then the next holder, then the next of these
        roles. With all of them away, who stands in for the first; None if nobody is in post.
        """
        line = list(self._line(site, roles))
        for member in line:
            if (user := self._answers(member)) is not None:
                return _owner(user)
        if not line:
            return None
        first = line[0]
        others = self._leave_at(first.site).stand_ins()
        return _owner(User.objects.get(pk=others[first.user_id]))

    def _line(self, site: int | None, roles: Sequence[Role]) -> Iterator[Membership]:
        for role in roles:
            for member in self._members:
                if member.role == role and site in (None, member.site_id):
                    yield member

    def _answers(self, member: Membership) -> User | None:
        """The holder, or the cover: who covers somebody covers the ladder, no administration."""
        covers = self._leave_at(member.site).covers
        if member.user_id not in covers:
            return member.user
        cover = covers[member.user_id]
        if cover is None or cover in covers or member.role not in MAY_COVER:
            return None
        return User.objects.get(pk=cover)

    def _leave_at(self, site: Site) -> Leave:
        if site.pk not in self._leave:
            self._leave[site.pk] = read_leave(site.pk, site.local_date(self._now))
        return self._leave[site.pk]


def _owner(user: User) -> Owner:
    return Owner(user.pk, user.get_full_name() or user.get_username(), user.email)
