"""Says who looks after a patient."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import actor_id, record_event
from patients.history import save_with_history
from patients.models import Membership, Patient, Role, Site
from patients.workflows.errors import WorkflowRefused

NAVIGATORS = (Role.NURSE_NAVIGATOR, Role.LEAD_NAVIGATOR)
CLINICIANS = (Role.CLINICIAN, Role.MEDICAL_DIRECTOR)


class NotInThisRole(WorkflowRefused):
    """The person does not hold the role at the patient's site today. `details`: field, user."""

    code = "not_in_this_role"


def assign_care_team(
    *,
    patient: Patient,
    navigator: User | None,
    responsible_clinician: User | None,
    by: User | None,
    now: datetime,
) -> Patient:
    """Set both members of the care team (None = nobody) and return the patient as stored.

    Refused: a navigator or clinician without that role at the patient's site today.
    """
    _refuse_stranger("navigator", navigator, patient.site, NAVIGATORS)
    _refuse_stranger("responsible_clinician", responsible_clinician, patient.site, CLINICIANS)
    with transaction.atomic():
        stored = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        if (stored.navigator, stored.responsible_clinician) == (navigator, responsible_clinician):
            return stored
        stored.navigator, stored.responsible_clinician = navigator, responsible_clinician
        fields = ("navigator", "responsible_clinician")
        save_with_history(stored, reason="care_team_assigned", by=by, now=now, fields=fields)
        record_event(
            "care_team_assigned",
            site=stored.site,
            subject=stored,
            by=by,
            now=now,
            patient=stored,
            detail={name: _text_id(getattr(stored, name)) for name in fields},
        )
    return stored


def _refuse_stranger(field: str, user: User | None, site: Site, roles: tuple[Role, ...]) -> None:
    if user is None:
        return
    held = Membership.objects.current().of(user)
    if not held.filter(site=site, role__in=roles).exists():
        names = _(" or ").join(role.label.lower() for role in roles)
        raise NotInThisRole(
            _(
                "{field}: {name} is no {names} at {site} today. "
                "Choose somebody who is, or ask an administrator to grant the role."
            ).format(field=field, name=user.get_username(), names=names, site=site),
            field=field,
            user=user.pk,
        )


def _text_id(user: User | None) -> str | None:
    return None if user is None else actor_id(user)
