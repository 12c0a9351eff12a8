"""A version as one patient would get it: looked at before it is used."""

from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.models import Patient
from surveillance.delivery.texts import Text, preview_of
from surveillance.models import FollowUp, MessageTemplateVersion
from surveillance.workflows.administrators_only import administrators_only
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PREVIEWED: Final = "message_template_previewed"


class NoSuchPatient(WorkflowRefused):
    """Nobody at the site has this number."""

    code = "no_such_patient"


@transaction.atomic
def preview_message_template(
    *, version: MessageTemplateVersion, mrn: str, by: "User", now: datetime
) -> Text:
    """The words filled in for the patient with this MRN at the version's site; nothing is sent.

    Kept in the audit trail, as a view of that patient too: `put_template_in_use` asks for it.
    Refused: by anybody but an administrator of the site; a number that nobody there has.
    """
    administrators_only(by=by, site=version.site)
    found = Patient.objects.surviving().filter(site=version.site, mrn=mrn.strip())
    patient = found.select_related("site").first()
    if patient is None:
        raise NoSuchPatient(_("Nobody at this site has this MRN. Check the number."), field="mrn")
    booked = FollowUp.objects.open().filter(
        patient=patient, booked_for__gte=version.site.local_date(now)
    )
    next_visit = booked.order_by("booked_for").values_list("booked_for", flat=True).first()
    text = preview_of(version, patient, next_visit)
    detail = {**version.kind._asdict(), "number": version.number}
    record_event(
        PREVIEWED,
        site=version.site,
        subject=version,
        patient=patient,
        by=by,
        now=now,
        detail=detail,
    )
    return text
