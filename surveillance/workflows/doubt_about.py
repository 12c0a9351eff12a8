"""What a message says cannot be true of the record that it names: a person looks first."""

from datetime import date
from typing import Final

from patients.models import Patient, PatientStatus
from surveillance.arrivals import (
    AppointmentArrival,
    Arrival,
    ArrivalKind,
    OrderArrival,
    PatientArrival,
    ReportArrival,
)
from surveillance.exam_matching import named_by, named_on_file
from surveillance.models import ImagingExam, IntakeItem, ItemStatus, ReportStatus
from surveillance.protocol.identity import is_somebody_else, is_unproved
from surveillance.said_again.arrivals import (
    IS_LATER,
    IS_PRESENT,
    JOINED_SINCE,
    SAYS_ALIVE,
    SAYS_BOTH,
    SEEN_LATER,
    SOMEBODY_ELSE,
)
from surveillance.said_before import (
    DECEASED_ON_FILE,
    heard_about,
    moment_of,
    numbers_of,
    records_of_person,
)
from surveillance.signs_of_life import alive_on, death_of
from surveillance.statements import is_repetition
from surveillance.workflows.taken_in import MERGED, TakenIn, waiting, waits_already

CONTRADICTS: Final = "identity_contradicts"
LOOKED_AT: Final = (ItemStatus.WAITING, ItemStatus.SET_ASIDE)


def doubt_about(
    *, item: IntakeItem, arrival: Arrival, known: Patient, patient: Patient
) -> TakenIn | None:
    """Why it has to wait; None if nothing speaks against it.

    Two identifiers contradict the record with its number (`known`) and the one that survives
    (`patient`), unless a person chose whom it is about; where it would rest the chase (a death, an
    order, an appointment) one that differs is enough if nothing else agrees. It says both alive
    and dead. It shows alive who is on file as deceased; or dead who was examined later, or whose
    record was joined with another since. What waits already, or was set aside, does not wait a
    second time. The names in a report are compared more strictly, elsewhere.
    """
    if not isinstance(arrival, ReportArrival) and _is_somebody_else(item, arrival, known, patient):
        return _once(item, CONTRADICTS, SOMEBODY_ELSE, patient)
    if isinstance(arrival, PatientArrival) and (doubt := _of_death(item, arrival, patient)):
        return _once(item, *doubt, patient)
    death = death_of(patient)
    day = alive_on(arrival, death, patient.site) if death else None
    if death is None or day is None:
        return None
    words = _words(arrival).replace("{day}", f"{death.on}").replace("{last}", f"{day}")
    return _once(item, DECEASED_ON_FILE, words, patient)


def _is_somebody_else(item: IntakeItem, arrival: Arrival, known: Patient, patient: Patient) -> bool:
    told = named_by(arrival.person)
    records = (named_on_file(known), named_on_file(patient))
    rests = isinstance(arrival, OrderArrival | AppointmentArrival) or arrival.person.deceased
    differs = is_unproved if rests else is_somebody_else
    return item.settled_by_id is None and all(differs(told, one) for one in records)


def _of_death(
    item: IntakeItem, arrival: PatientArrival, patient: Patient
) -> tuple[str, str] | None:
    person = arrival.person
    if person.deceased is False and person.deceased_on:
        return "alive_and_dead", SAYS_BOTH
    if not person.deceased or patient.status == PatientStatus.DECEASED:
        return None
    if _was_joined_since(item, patient):
        return "joined_since", JOINED_SINCE
    died_on = person.deceased_on or patient.site.local_date(arrival.said_at)
    if last := _last_exam(patient, died_on):
        return "seen_after_death", SEEN_LATER.format(day=died_on, last=last)
    return None


def _was_joined_since(item: IntakeItem, patient: Patient) -> bool:
    """Whether a merge that was said later has made one record of two: had the death come first, the
    two of different status would not have been joined."""
    numbers = numbers_of(records_of_person(patient))
    merges = heard_about(patient.site, ArrivalKind.MERGE, numbers)
    return any(said.item.code == MERGED and said.moment > moment_of(item) for said in merges)


def _last_exam(patient: Patient, after: date) -> date | None:
    """The day of the newest signed exam after that day."""
    seen = ImagingExam.objects.standing().filter(patient=patient, performed_on__gt=after)
    signed = seen.filter(report_status=ReportStatus.FINAL).order_by("-performed_on")
    return signed.values_list("performed_on", flat=True).first()


def _words(arrival: Arrival) -> str:
    if not isinstance(arrival, PatientArrival):
        return IS_LATER
    return IS_PRESENT if arrival.is_present else SAYS_ALIVE


def _once(item: IntakeItem, code: str, words: str, patient: Patient) -> TakenIn:
    """A report always waits: no two of them are one statement."""
    alike = IntakeItem.objects.about(item.site, item.kind, item.key).exclude(pk=item.pk)
    alike = alike.filter(code=code, reason=words, status__in=LOOKED_AT)
    if item.kind == ArrivalKind.REPORT:
        return waiting(code, words, patient)
    is_known = any(code != CONTRADICTS or is_repetition(one, item) for one in alike)
    return waits_already(patient) if is_known else waiting(code, words, patient)
