"""Another system tells that two record numbers are one person (HL7 A40)."""

from collections.abc import Iterable
from datetime import datetime
from itertools import combinations
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.models import Patient, PatientStatus, Site
from surveillance.arrivals import ArrivalKind, MergeArrival, PatientArrival
from surveillance.exam_matching import named_by, named_on_file
from surveillance.models import FormerIdentifier, IntakeItem
from surveillance.protocol.identity import is_somebody_else
from surveillance.record_locks import lock_records
from surveillance.said_again.arrivals import TWO_PEOPLE
from surveillance.said_before import heard_about, is_told_otherwise, patient_known_as
from surveillance.workflows.amend_patient import amend_patient
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.hear_again import hear_again
from surveillance.workflows.hear_arrangements_again import hear_arrangements_again
from surveillance.workflows.merge_patients import merge_patients
from surveillance.workflows.taken_in import (
    MERGED,
    TakenIn,
    applied,
    known_already,
    not_followed,
    told_otherwise,
    waiting,
)
from surveillance.workflows.withdraw_patient import withdraw_patient

GIVEN_UP_TWICE = gettext_noop(
    "This number was given up in favour of another record before. Look at both records "
    "and join them if they are one person."
)


class NumberGivenUpTwice(WorkflowRefused):
    """The same number was given up before in favour of somebody else."""

    code = "number_given_up_twice"


@transaction.atomic
def take_in_merge(*, item: IntakeItem, arrival: MergeArrival, now: datetime) -> TakenIn:
    """Join the two records, as far as they are on file, and remember the number given up.

    Both on file: `merge_patients`. Only the survivor: later messages with the other number reach
    the survivor. Only the duplicate: the record takes the surviving number, and is found by both.
    A death told of one of them after the merge holds for both, as if the merge had come first.
    Refused, and left to a person: what `merge_patients` refuses (another status, above all), and a
    number given up in favour of somebody else before. Waits: records, or a record and the message,
    whose names and birth dates both differ.
    """
    survivor = patient_known_as(item.site, arrival.person.mrn)
    duplicate = patient_known_as(item.site, arrival.duplicate_mrn)
    if survivor is None and duplicate is None:
        return not_followed()
    rows = lock_records([row.pk for row in (survivor, duplicate) if row is not None])
    if _are_two_people(arrival, rows.values()):
        return waiting("identity_contradicts", TWO_PEOPLE, next(iter(rows.values())))
    if is_told_otherwise(item):
        return told_otherwise(next(iter(rows.values())))
    _refuse_given_up_before(arrival, survivor, duplicate, rows)
    if survivor is not None and duplicate is not None:
        return _joined(arrival, survivor, duplicate, now)
    if survivor is not None:
        return _remembered(item.site, arrival.duplicate_mrn, rows[survivor.pk], now)
    assert duplicate is not None
    return _renumbered(item.site, arrival, rows[duplicate.pk], now)


def _are_two_people(arrival: MergeArrival, rows: Iterable[Patient]) -> bool:
    """Whether name and birth date both differ, of the records or of what the message says."""
    named = [named_by(arrival.person), *map(named_on_file, rows)]
    return any(is_somebody_else(one, other) for one, other in combinations(named, 2))


def _refuse_given_up_before(
    arrival: MergeArrival,
    survivor: Patient | None,
    duplicate: Patient | None,
    rows: dict[UUID, Patient],
) -> None:
    """A number that leads to somebody else's record already takes that record nowhere."""
    if duplicate is None:
        return
    was_given_up = duplicate.mrn != arrival.duplicate_mrn or duplicate.merged_into_id is not None
    is_known = survivor is not None and rows[survivor.pk] == rows[duplicate.pk]
    if was_given_up and not is_known:
        raise NumberGivenUpTwice(_(GIVEN_UP_TWICE))


def _joined(arrival: MergeArrival, survivor: Patient, duplicate: Patient, now: datetime) -> TakenIn:
    held = lock_records([survivor.pk, duplicate.pk])
    target = held[survivor.pk]
    if held[duplicate.pk] == target:
        return known_already(target)
    _share_later_death(arrival, target, held[duplicate.pk], now)
    merge_patients(
        survivor=target,
        duplicate=held[duplicate.pk],
        reason=_("The hospital's patient register says that they are one person."),
        by=None,
        now=now,
    )
    target = lock_records([target.pk])[target.pk]
    hear_arrangements_again(patient=target, all_that_stand=True)
    return applied(MERGED, _("The two records were joined."), target)


def _share_later_death(
    arrival: MergeArrival, target: Patient, source: Patient, now: datetime
) -> None:
    """Told after the merge, a death is that of both records."""
    told = heard_about(target.site, ArrivalKind.PATIENT, [target.mrn, source.mrn])
    is_later = any(
        isinstance(said.arrival, PatientArrival)
        and said.arrival.person.deceased
        and said.arrival.said_at > arrival.said_at
        for said in told
    )
    for dead, other in ((target, source), (source, target)):
        died = dead.status == PatientStatus.DECEASED
        if is_later and died and other.status == PatientStatus.ACTIVE:
            withdraw_patient(
                patient=other,
                status=PatientStatus.DECEASED,
                status_on=dead.status_on,
                reason=dead.status_reason,
                by=None,
                now=now,
            )


def _remembered(site: Site, mrn: str, patient: Patient, now: datetime) -> TakenIn:
    _remember(site, mrn, patient, now)
    words = _("The number that was given up leads to this record from now on.")
    return applied("number_remembered", words, patient)


def _renumbered(site: Site, arrival: MergeArrival, patient: Patient, now: datetime) -> TakenIn:
    """The old number leads to the record still, and what was kept about the new one is its."""
    amend_patient(patient=patient, changes={"mrn": arrival.person.mrn}, by=None, now=now)
    _remember(site, arrival.duplicate_mrn, patient, now)
    hear_again(site=site, mrn=arrival.person.mrn)
    return applied("renumbered", _("The record has the surviving number from now on."), patient)


def _remember(site: Site, mrn: str, patient: Patient, now: datetime) -> None:
    former = FormerIdentifier(site=site, mrn=mrn, patient=patient, recorded_at=now)
    FormerIdentifier.objects.bulk_create([former], ignore_conflicts=True)
    kept = FormerIdentifier.objects.get(site=site, mrn=mrn)
    if kept.patient_id != patient.pk:
        raise NumberGivenUpTwice(_(GIVEN_UP_TWICE))
    hear_again(site=site, mrn=mrn)
