"""What is on file about somebody's death has changed: what says that they live is heard again."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from patients.models import Patient
from surveillance.arrivals import ArrivalKind
from surveillance.models import IntakeItem, ItemStatus
from surveillance.said_before import (
    DECEASED_ON_FILE,
    WAITS_ALREADY,
    heard_about,
    numbers_of,
    records_of_person,
)
from surveillance.signs_of_life import alive_on, death_of
from surveillance.workflows.hear_again import AGAIN

SIGNS: Final = (ArrivalKind.PATIENT, ArrivalKind.ORDER, ArrivalKind.APPOINTMENT)
HELD: Final = Q(status=ItemStatus.WAITING, code=DECEASED_ON_FILE) | Q(
    status=ItemStatus.NOTHING_NEW, code=WAITS_ALREADY
)


@transaction.atomic
def hear_signs_of_life_again(*, patient: Patient, said_at: datetime | None = None) -> int:
    """Let what was held back, because the record says deceased, have its turn again; and what was
    taken in before a death that it contradicts: whichever came first, it waits for a person.

    `said_at`: when the message that is being taken in says the death. Returns how many have their
    turn again. Twice changes nothing.
    """
    numbers = numbers_of(records_of_person(patient))
    held = IntakeItem.objects.filter(HELD, site=patient.site_id, mrn__in=numbers)
    again = [*held.values_list("pk", flat=True), *_contradicting(patient, numbers, said_at)]
    return IntakeItem.objects.filter(pk__in=again).update(**AGAIN)


def _contradicting(patient: Patient, numbers: set[str], said_at: datetime | None) -> list[UUID]:
    death = death_of(patient, said_at)
    if death is None:
        return []
    return [
        said.item.pk
        for kind in SIGNS
        for said in heard_about(patient.site, kind, numbers)
        if said.arrival is not None and alive_on(said.arrival, death, patient.site)
    ]
