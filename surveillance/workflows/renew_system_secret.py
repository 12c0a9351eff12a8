"""A connected system gets a new secret; the old one and all tokens made with it count no more."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import AccessToken, Application

from patients.audit import Deed, record_events
from patients.models import Site
from patients.workflows.account_reach import within_reach_only
from surveillance.workflows.connect_system import Connected


@transaction.atomic
def renew_system_secret(*, application: Any, by: User | None, now: datetime) -> Connected:
    """The client with its new secret, shown once.

    Refused: a system that also has a role at a site which `by` does not administer.
    """
    within_reach_only(user=application.user, by=by)
    renewed = Application.objects.select_for_update().get(pk=application.pk)
    secret = generate_client_secret()
    renewed.client_secret = secret
    renewed.save(update_fields=["client_secret", "updated"])
    AccessToken.objects.filter(application=renewed).delete()
    sites = Site.objects.where_in_post(renewed.user)
    deeds = [Deed("system_secret_renewed", site, renewed.user) for site in sites]
    record_events(deeds, by=by, now=now)
    return Connected(renewed, secret)
