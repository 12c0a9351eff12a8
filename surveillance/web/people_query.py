"""What the pages of people read. The number of queries does not grow with the number of people."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404

from patients.models import Membership, Site
from patients.models.site import SiteQuerySet
from patients.sign_in_locks import locked_among
from surveillance.models import Escalation, FollowUp
from surveillance.roles import Permission, sites_where

MOST_WITHOUT_ROLE = 200


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of people beside their roles, by user id."""

    open_work: Counter[int]
    factors: dict[int, Counter[str]]
    locked: Collection[str]

    def of(self, user: User) -> tuple[int, Counter[str], bool]:
        """Open work, second factors, and whether they must wait."""
        factors = self.factors.get(user.pk, Counter())
        return self.open_work[user.pk], factors, user.get_username() in self.locked


def administered(user: User) -> SiteQuerySet:
    """The sites whose people this person manages. Raises PermissionDenied if there is none."""
    sites = sites_where(user, Permission.ADMINISTER).order_by("name")
    if not sites.exists():
        raise PermissionDenied
    return sites


def roles_at(site: Site) -> list[Membership]:
    """Roles at the site that have not ended, by name; also of accounts that are switched off."""
    rows = Membership.objects.filter(site=site, ended_on=None).select_related("user")
    return list(rows.order_by("user__last_name", "user__first_name", "user__pk", "role"))


def without_role() -> list[User]:
    """Accounts that hold no role anywhere; a superuser is no colleague."""
    held = Membership.objects.filter(ended_on=None).values("user")
    rows = User.objects.filter(is_superuser=False).exclude(pk__in=held)
    return list(rows.order_by("last_name", "first_name", "pk")[:MOST_WITHOUT_ROLE])


def standing_of(users: Iterable[User], sites: Iterable[Site]) -> Standing:
    """Three queries, and one question to the cache."""
    users, sites = list(users), list(sites)
    owed = FollowUp.objects.open().filter(owner__in=users, site__in=sites)
    raised = Escalation.objects.unresolved().filter(owner__in=users, follow_up__site__in=sites)
    work: Counter[int] = Counter()
    for rows in (owed, raised):
        work.update(dict(rows.values("owner").annotate(n=Count("pk")).values_list("owner", "n")))
    factors: defaultdict[int, Counter[str]] = defaultdict(Counter)
    kinds = Authenticator.objects.filter(user__in=users).values_list("user_id", "type")
    for user, kind in kinds:
        factors[user][kind] += 1
    return Standing(work, dict(factors), locked_among(user.get_username() for user in users))


def person_or_404(administrator: User, pk: int) -> User:
    """Somebody with a role at a site that one administers, or with no role at all."""
    mine = administered(administrator)
    here = Membership.objects.filter(ended_on=None, site__in=mine).values("user")
    anywhere = Membership.objects.filter(ended_on=None).values("user")
    rows = User.objects.filter(is_superuser=False, pk=pk)
    found = (rows.filter(pk__in=here) | rows.exclude(pk__in=anywhere)).first()
    if found is None:
        raise Http404
    return found


def role_or_404(administrator: User, pk: int) -> Membership:
    """A role that has not ended, at a site that one administers."""
    rows = Membership.objects.filter(ended_on=None, site__in=administered(administrator), pk=pk)
    found = rows.select_related("user", "site").first()
    if found is None:
        raise Http404
    return found


def roles_of(user: User) -> list[Membership]:
    """Every role of the person that has not ended."""
    rows = Membership.objects.filter(user=user, ended_on=None).select_related("site")
    return list(rows.order_by("site__name", "role"))
