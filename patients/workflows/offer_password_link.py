"""Somebody is sent a link with which they choose a password."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import Deed, record_events
from patients.models import Site
from patients.workflows.account_reach import within_reach_only
from patients.workflows.errors import WorkflowRefused


class NowhereToSend(WorkflowRefused):
    """The account is switched off or has no e-mail address. `details`: user."""

    code = "nowhere_to_send"


@transaction.atomic
def offer_password_link(*, user: User, by: User | None, now: datetime) -> None:
    """Keep who had the link sent; the door that called sends it afterwards.

    Refused: an account that is switched off, one without an address, one beyond reach of `by`.
    """
    within_reach_only(user=user, by=by)
    if not user.is_active or not user.email:
        raise NowhereToSend(
            _("The account is switched off or has no e-mail address. Mend that first."),
            user=user.pk,
        )
    sites = Site.objects.where_in_post(user)
    record_events([Deed("password_link_sent", site, user) for site in sites], by=by, now=now)
