"""Who calls: the account behind the token, what the token may be used for, and where."""

from dataclasses import dataclass
from typing import cast

from django.contrib.auth.models import User
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from patients.models import Site
from patients.models.site import SiteQuerySet
from surveillance.api.permissions import scopes_of
from surveillance.api.scopes import SITE_PREFIX
from surveillance.roles import Permission, permissions_at, sites_where


class RoleMissing(PermissionDenied):
    """The account behind the token has no role that allows it at that site."""

    default_code = "role_missing"


@dataclass(frozen=True, slots=True)
class Caller:
    """`slugs`: the sites to which the token is limited; None where it is not."""

    user: User
    scopes: frozenset[str]
    slugs: frozenset[str] | None

    def sites(self, permission: Permission) -> SiteQuerySet:
        """The sites at which the caller may do that."""
        sites = sites_where(self.user, permission)
        return sites if self.slugs is None else sites.filter(slug__in=self.slugs)

    def require(self, permission: Permission, site: Site) -> None:
        """Refuse (403) what the account's roles at `site`, or the token, do not allow."""
        is_limited = self.slugs is not None and site.slug not in self.slugs
        if is_limited or permission not in permissions_at(self.user, site):
            raise RoleMissing(
                f"The account behind this token may not do this at the site “{site.slug}” "
                f"({permission.value}). An administrator gives roles and tokens."
            )

    def require_somewhere(self, permission: Permission) -> None:
        """Refuse (403) who may do that at no site at all."""
        if not self.sites(permission).exists():
            raise RoleMissing(
                "The account behind this token may do this at no site "
                f"({permission.value}). An administrator gives roles and tokens."
            )


def caller_of(request: Request) -> Caller:
    """The caller of an authenticated request."""
    scopes = scopes_of(request)
    slugs = frozenset(
        scope.removeprefix(SITE_PREFIX) for scope in scopes if scope.startswith(SITE_PREFIX)
    )
    return Caller(cast("User", request.user), scopes, slugs or None)
