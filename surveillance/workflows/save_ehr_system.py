"""An EHR that a site trusts is entered or changed."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.history import save_with_history
from surveillance.models import EhrSystem
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class EhrSystemIncomplete(WorkflowRefused):
    """Its tokens could not be checked."""

    code = "ehr_system_incomplete"


@transaction.atomic
def save_ehr_system(*, system: EhrSystem, by: "User | None", now: datetime) -> EhrSystem:
    """Save it with its history. Refused: an issuer whose keys are not known."""
    if system.issuer and not (system.jwks_url or system.jwks):
        raise EhrSystemIncomplete(
            _("Give the address of its keys, or the keys: its tokens must be checked."),
            field="jwks_url",
        )
    save_with_history(system, reason="saved", by=by, now=now)
    record_event("ehr_system_saved", site=system.site, subject=system, by=by, now=now)
    return system
