"""A person mended what kept a part of a message from being taken in: it has its turn again."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.models import Patient
from surveillance.arrivals import ArrivalKind
from surveillance.models import IntakeItem, ItemStatus
from surveillance.workflows.refuse_unless_waiting import ItemDoesNotWait, refuse_unless_waiting

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def take_in_again(
    *, item: IntakeItem, patient: Patient | None = None, by: "User | None", now: datetime
) -> IntakeItem:
    """Give a waiting part its turn, as it is or about `patient`: the sender's number was wrong, or
    names and birth date differ and a person (`settled_by`) found out that it is they.

    It is the caller who then takes it in. Refused: a part that does not wait, one that could not
    be translated (its message has to be read again), a patient of another site, and another
    patient for a merge, which names two.
    """
    current = IntakeItem.objects.select_for_update(no_key=True, of=("self",)).get(pk=item.pk)
    refuse_unless_waiting(item=current)
    if not current.content:
        raise ItemDoesNotWait(
            _("This part was not understood. Mend the mapping of its feed and read it again.")
        )
    if patient is not None:
        _assign(current, patient)
        current.settled_by = by
    current.status, current.attempts = ItemStatus.RECEIVED, 0
    current.save()
    record_event(
        "message_part_assigned" if patient else "message_part_retried",
        site=current.site,
        subject=current,
        patient=patient,
        by=by,
        now=now,
        detail={"kind": current.kind, "from": current.code},
    )
    return current


def _assign(item: IntakeItem, patient: Patient) -> None:
    if patient.site_id != item.site_id or item.kind == ArrivalKind.MERGE:
        raise ItemDoesNotWait(_("This cannot be given to that patient."), field="mrn")
    item.content = item.content | {"person": item.content["person"] | {"mrn": patient.mrn}}
    if item.kind == ArrivalKind.PATIENT:
        item.key = patient.mrn
    if item.kind == ArrivalKind.CONDITION:
        item.key = f"{patient.mrn} {item.content['fact']}"
    item.mrn = patient.mrn
