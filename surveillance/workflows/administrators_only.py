"""What only an administrator of the site may do."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from patients.models import Site
from surveillance.roles import Permission, may
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NotAnAdministrator(WorkflowRefused):
    """The person is no administrator of this site today."""

    code = "not_an_administrator"


def administrators_only(*, by: "User", site: Site) -> None:
    """Refuse whoever is not an administrator of `site`."""
    if not may(by, Permission.ADMINISTER, site):
        raise NotAnAdministrator(_("Only an administrator of this site changes its texts."))
