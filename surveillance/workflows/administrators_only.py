"""What only an administrator of the site, or of some site, may do."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from patients.models import Site
from surveillance.roles import Permission, may, sites_where
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NotAnAdministrator(WorkflowRefused):
    """The person is no administrator of this site (of any site) today."""

    code = "not_an_administrator"


def administrators_only(*, by: "User", site: Site) -> None:
    """Refuse whoever is not an administrator of `site`."""
    if not may(by, Permission.ADMINISTER, site):
        raise NotAnAdministrator(_("Only an administrator of this site changes its texts."))


def administrators_of_some_site_only(*, by: "User") -> list[Site]:
    """The sites that `by` administers; refuse whoever administers none.

    For what belongs to the installation and to no site: without a role for all of them, nobody
    could do it where each site has an administrator of its own.
    """
    sites = list(sites_where(by, Permission.ADMINISTER).order_by("pk"))
    if not sites:
        raise NotAnAdministrator(_("Only an administrator does this."))
    return sites
