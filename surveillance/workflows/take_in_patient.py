"""Another system tells who somebody is, how to reach them, or that they died."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from patients.models import Patient, PatientStatus, Sex
from surveillance.arrivals import ArrivalKind, PatientArrival, Person
from surveillance.models import IntakeItem
from surveillance.record_locks import lock_records
from surveillance.said_before import heard_about, moment_of, numbers_of, patient_known_as
from surveillance.signs_of_life import TOLD_BY_REGISTER
from surveillance.workflows.amend_patient import amend_patient
from surveillance.workflows.doubt_about import doubt_about
from surveillance.workflows.hear_arrangements_again import hear_arrangements_again
from surveillance.workflows.hear_signs_of_life_again import hear_signs_of_life_again
from surveillance.workflows.taken_in import (
    TakenIn,
    applied,
    known_already,
    not_followed,
    told_otherwise,
)
from surveillance.workflows.withdraw_patient import withdraw_patient

SAID: Final = (
    "family_name",
    "given_name",
    "birth_date",
    "sex",
    "phone",
    "email",
    "address",
    "postal_code",
    "city",
    "region",
    "country",
    "language",
    "deceased",
)
"""What a sender may say of a person. Silence (empty, unknown) says nothing; nor does "alive",
unless the record says deceased (surveillance/signs_of_life.py)."""


@transaction.atomic
def take_in_patient(*, item: IntakeItem, arrival: PatientArrival, now: datetime) -> TakenIn:
    """Correct the record by what the message says, and by nothing that it leaves empty.

    Of each field the value said last stands, whichever message came first. A death is recorded and
    never undone by a message: that the sender says alive waits for a person, as does everything of
    which `doubt_about` says so. Refused: what `amend_patient` and `withdraw_patient` refuse (a
    birth date in the future, a death before birth).
    """
    patient = patient_known_as(item.site, arrival.person.mrn)
    if patient is None:
        return not_followed()
    survivor = lock_records([patient.pk])[patient.pk]
    patient.refresh_from_db()
    if doubt := doubt_about(item=item, arrival=arrival, known=patient, patient=survivor):
        return doubt
    said = dict(what_is_said(arrival.person))
    later = _said_later(item, patient)
    stands = {name: value for name, value in said.items() if name not in later}
    if not stands and (said or _was_alive(arrival.person, survivor)):
        return told_otherwise(patient)
    return _taken(arrival, patient, stands, now)


def _taken(
    arrival: PatientArrival, patient: Patient, stands: dict[str, object], now: datetime
) -> TakenIn:
    died = stands.pop("deceased", False) and _record_death(patient, arrival, now)
    before = _values(patient, stands)
    stored = amend_patient(patient=patient, changes=stands, by=None, now=now)
    if stored.birth_date != patient.birth_date:
        hear_arrangements_again(patient=lock_records([patient.pk])[patient.pk])
    if not died and before == _values(stored, stands):
        return known_already(patient)
    return applied("amended", _("The record was corrected."), patient)


def _was_alive(person: Person, survivor: Patient) -> bool:
    """The sender said alive before they said deceased."""
    return person.deceased is False and survivor.status == PatientStatus.DECEASED


def what_is_said(person: Person) -> Iterator[tuple[str, object]]:
    """The fields that the sender fills."""
    for name in SAID:
        value = getattr(person, name)
        if value and value != Sex.UNKNOWN:
            yield name, value


def _said_later(item: IntakeItem, patient: Patient) -> set[str]:
    """The fields of which a message spoke that was said later and came before."""
    later: set[str] = set()
    for said in heard_about(item.site, ArrivalKind.PATIENT, numbers_of([patient])):
        if said.moment > moment_of(item) and said.item.pk != item.pk:
            told = said.arrival
            later |= _fields_of(told) if isinstance(told, PatientArrival) else set(SAID)
    return later


def _fields_of(told: PatientArrival) -> set[str]:
    return {name for name, _value in what_is_said(told.person)}


def _record_death(patient: Patient, arrival: PatientArrival, now: datetime) -> bool:
    """A death already on file stays as it is, unless a message told of it and another day is
    given."""
    survivor = lock_records([patient.pk])[patient.pk]
    on = arrival.person.deceased_on or patient.site.local_date(arrival.said_at)
    reason = _(TOLD_BY_REGISTER)
    if survivor.status == PatientStatus.DECEASED:
        hear_signs_of_life_again(patient=survivor, said_at=arrival.said_at)
        is_ours = survivor.status_reason == reason
        if not is_ours or arrival.person.deceased_on in (None, survivor.status_on):
            return False
    stored = withdraw_patient(
        patient=survivor,
        status=PatientStatus.DECEASED,
        status_on=on,
        reason=reason,
        by=None,
        now=now,
    )
    hear_signs_of_life_again(patient=stored, said_at=arrival.said_at)
    return True


def _values(patient: Patient, names: dict[str, object]) -> list[object]:
    return [getattr(patient, name) for name in names]
