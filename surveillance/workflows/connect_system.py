"""Another system gets an account of its own, a role at a site, and a client with a secret."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import Application

from patients.audit import Deed, record_events
from patients.models import Site
from patients.workflows.grant_role import grant_role
from patients.workflows.invite_person import without_password
from patients.workflows.open_account import open_account
from surveillance.workflows.errors import WorkflowRefused


class SystemWithoutName(WorkflowRefused):
    """A system is known by its name. `details`: field."""

    code = "system_without_name"


class SystemWithoutSite(WorkflowRefused):
    """Without a role anywhere it could do nothing. `details`: field."""

    code = "system_without_site"


@dataclass(frozen=True, slots=True)
class Connected:
    """`secret` is shown once; what is kept of it is a hash."""

    application: Any
    secret: str


@transaction.atomic
def connect_system(
    *, name: str, role: str, sites: Collection[Site], by: User | None, now: datetime
) -> Connected:
    """Open the account (nobody can sign in to it), grant the role at each site, make the client.

    Refused: a name without letters or digits, no site, a name that is taken, an unknown role.
    """
    username = f"system-{slugify(name)}"
    if username == "system-":
        raise SystemWithoutName(_("Enter a name with letters or digits."), field="name")
    if not sites:
        raise SystemWithoutSite(_("Choose at least one site."), field="sites")
    account = without_password(username=username, first_name="", last_name=name, email="")
    user = open_account(account=account, now=now)
    for site in sites:
        grant_role(user=user, site=site, role=role, by=by, now=now)
    secret = generate_client_secret()
    application = Application.objects.create(
        name=name,
        user=user,
        client_secret=secret,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )
    deeds = [Deed("system_connected", site, user, detail={"role": role}) for site in sites]
    record_events(deeds, by=by, now=now)
    return Connected(application, secret)
