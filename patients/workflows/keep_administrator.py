"""A site never loses the last person who may administer it."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from patients.models import Site
from patients.workflows.errors import WorkflowRefused


class LastAdministrator(WorkflowRefused):
    """Without this person nobody could administer the site. `details`: user, site."""

    code = "last_administrator"


def keep_administrator(*, leaver: User, sites: Iterable[Site]) -> None:
    """Refuse that `leaver` stops administering one of the sites if nobody else there could.

    Call it inside a transaction, before any other lock: the sites stay locked until it ends, so
    that two administrators who end each other's role at one moment come one after the other.
    """
    rows = Site.objects.select_for_update(no_key=True).filter(pk__in=[site.pk for site in sites])
    locked = [site.pk for site in rows.order_by("pk")]
    alone = Site.objects.administered_by_nobody_but(leaver)  # asked while the locks are held
    site = alone.filter(pk__in=locked).order_by("name").first()
    if site is not None:
        raise LastAdministrator(
            _(
                "Nobody but {name} administers {site}. Give somebody else there the role of an "
                "administrator first."
            ).format(name=leaver.get_full_name() or leaver.get_username(), site=site),
            user=leaver.pk,
            site=site.pk,
        )
