"""An imaging report arrives from another system.

1. Whose is it? Two identifiers; a contradiction is put to a person, and so is a signed exam after
   the day of death.
2. Does it still stand? Of several statements about one person under one number the latest does.
3. What was on file under the number is retracted; a cancellation ends here.
4. Which follow-ups does it answer (protocol/reconciliation.py)? What is certain goes on file and
   closes them, through the same path as an exam recorded by hand; the rest waits or says why not.
5. Whoever it is about: where its text speaks of a hepatic calcification, it is captured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.kept_words import in_the_language_of_records
from patients.models import Patient
from surveillance.arrivals import ReportArrival, ReportState
from surveillance.exam_matching import (
    exam_report,
    finding_of,
    incoming_report,
    lesions_of,
    named_by,
    named_on_file,
)
from surveillance.exam_reports import differing_fields
from surveillance.models import ImagingExam, IntakeItem, ItemStatus, ReportStatus
from surveillance.protocol.exam_of_report import names_the_liver
from surveillance.protocol.identity import Identity, identity_of
from surveillance.protocol.incoming import IncomingReport, Verdict
from surveillance.protocol.reconciliation import reconcile
from surveillance.protocol.report_reader.read import read_report
from surveillance.protocol.terms import Modality
from surveillance.protocol.which_lesion import statements_of
from surveillance.record_locks import lock_records
from surveillance.said_before import HEARD, patient_known_as
from surveillance.statements import Said, said_before, says_the_same
from surveillance.workflows.append_exams import ExamOfAnotherPatient
from surveillance.workflows.doubt_about import doubt_about
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.hear_again import AGAIN
from surveillance.workflows.keep_matches import Found, keep_matches
from surveillance.workflows.keep_reading import keep_reading
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.retract_exam import retract_exam
from surveillance.workflows.taken_in import TakenIn

if TYPE_CHECKING:
    from django.contrib.auth.models import User

OUTDATED = gettext_noop("Something later was said under the same number already.")
KNOWN = gettext_noop("The same was said before: nothing changes.")
CONTRADICTS = gettext_noop(
    "Name or birth date differ from the record with this number. Correct the record, or ask the "
    "sender whose report it is; then take it in again, or for the patient whose it is."
)
BY_HAND = gettext_noop("The same exam is on file already: somebody recorded it.")
NOTHING_TO_CANCEL = gettext_noop("Cancelled; nothing was on file under this number.")
CANCELLED = gettext_noop("Cancelled by the sender: the exam counts no longer.")
NO_MODALITY = gettext_noop(
    "The kind of exam is not known. Say under “Exams to confirm” what it was, or add the sender’s "
    "code to the mapping of the feed and choose “Read by the mapping of today”."
)
OTHER_REGION = gettext_noop("An exam of another region that speaks of no lesion of the liver.")
ANSWERS_NOTHING = gettext_noop("On file; it answers nothing that is owed.")
RETRACTED = {
    ReportState.PRELIMINARY: gettext_noop("The sender set the report back to preliminary."),
    ReportState.FINAL: gettext_noop("Replaced by a later report under the same number."),
    ReportState.CORRECTED: gettext_noop("Corrected by the sender."),
    ReportState.CANCELLED: gettext_noop("Cancelled by the sender."),
}


@dataclass(frozen=True, slots=True)
class _Report:
    """The report with whose it is, how sure that is, and who sends it (None: a machine)."""

    item: IntakeItem
    arrival: ReportArrival
    patient: Patient
    identity: Identity
    by: "User | None"
    now: datetime


@transaction.atomic
def take_in_report(*, item: IntakeItem, arrival: ReportArrival, now: datetime) -> TakenIn:
    """Take in one statement about one report. The same again, or an older one, changes nothing.

    Waits for a person: a name or birth date that contradicts the record number, a kind of exam
    that is not known, an exam after the day of death, and whatever cannot be a true report on this
    patient.
    """
    if item.status in HEARD:
        return _as_before(item)
    with in_the_language_of_records():
        patient = _patient_of(item, arrival)
        done = _not_followed() if patient is None else _of_patient(item, arrival, patient, now)
        keep_reading(item=item, arrival=arrival, patient=patient, now=now)
        return done


def _of_patient(
    item: IntakeItem, arrival: ReportArrival, patient: Patient, now: datetime
) -> TakenIn:
    """A person who said whose it is has compared the names."""
    is_chosen = item.settled_by_id is not None
    told = identity_of(named_by(arrival.person), named_on_file(patient))
    identity = Identity.AGREES if is_chosen else told
    return _taken(_Report(item, arrival, patient, identity, item.settled_by, now))


def _as_before(item: IntakeItem) -> TakenIn:
    return TakenIn(
        status=ItemStatus(item.status),
        code=item.code,
        reason=item.reason,
        patient=item.patient,
        exam=item.exam,
    )


def _patient_of(item: IntakeItem, arrival: ReportArrival) -> Patient | None:
    """The surviving record, locked; also by a number that was given up."""
    found = patient_known_as(item.site, arrival.person.mrn)
    return None if found is None else lock_records([found.pk])[found.pk]


def _taken(report: _Report) -> TakenIn:
    item, arrival, patient = report.item, report.arrival, report.patient
    if report.identity is Identity.CONTRADICTS:
        return _told(report, ItemStatus.WAITING, "identity_contradicts", CONTRADICTS)
    if doubt := doubt_about(item=item, arrival=arrival, known=patient, patient=patient):
        return doubt
    said = said_before(item, patient)
    if said.is_outdated:
        return _told(report, ItemStatus.NOTHING_NEW, "told_otherwise_since", OUTDATED)
    if said.before is not None and _is_known(report, said.before):
        known = said.before.exam
        return _told(report, ItemStatus.NOTHING_NEW, "known_already", KNOWN, known)
    try:
        with transaction.atomic():
            return _stands(report, said)
    except WorkflowRefused as refused:
        return _told(report, ItemStatus.WAITING, refused.code, refused.message)


def _is_known(report: _Report, before: IntakeItem) -> bool:
    """Compared with what was said or, once that was emptied, with the exam on file."""
    if before.content or before.exam is None:
        return says_the_same(before, report.item)
    told = exam_report(report.arrival, Modality(before.exam.modality), ())
    is_cancelled = report.arrival.state is ReportState.CANCELLED
    return not is_cancelled and not differing_fields(before.exam, told)


def _stands(report: _Report, said: Said) -> TakenIn:
    """It is the latest word under its number: what was on file before no longer counts."""
    on_file = ImagingExam.objects.standing().filter(
        site=report.patient.site_id,
        accession=report.arrival.accession,
        patient=report.patient,
    )
    exam = on_file.first()
    if exam is not None and _nothing_stood(said) and _is_by_hand(exam, report.arrival.state):
        return _told(report, ItemStatus.NOTHING_NEW, "recorded_by_hand", BY_HAND, exam)
    if exam is not None:
        reason = _(RETRACTED[report.arrival.state])
        retract_exam(exam=exam, reason=reason, by=report.by, now=report.now)
    if report.arrival.state is ReportState.CANCELLED:
        return _cancelled(report, exam)
    return _matched(report)


def _nothing_stood(said: Said) -> bool:
    """Nothing was said under the number, or what was said was cancelled: an exam that is on file
    for it all the same was recorded by a person."""
    return said.before is None or said.before.content.get("state") == ReportState.CANCELLED


def _is_by_hand(exam: ImagingExam, state: ReportState) -> bool:
    """Somebody put the same report on file before the system sent it; a correction, or a signed
    report after a preliminary one, says more."""
    is_more = exam.report_status == ReportStatus.PRELIMINARY and state is ReportState.FINAL
    return state is not ReportState.CORRECTED and state is not ReportState.CANCELLED and not is_more


def _cancelled(report: _Report, exam: ImagingExam | None) -> TakenIn:
    _hear_what_the_number_kept_waiting(report.item)
    if exam is None:
        return _told(report, ItemStatus.NOTHING_NEW, "nothing_to_cancel", NOTHING_TO_CANCEL)
    return _told(report, ItemStatus.APPLIED, "report_cancelled", CANCELLED, exam)


def _hear_what_the_number_kept_waiting(item: IntakeItem) -> None:
    """Somebody else's report has its turn, if the number is free now; and what is cancelled here
    waits no longer."""
    alike = IntakeItem.objects.about(item.site, item.kind, item.key).waiting()
    alike.filter(code=ExamOfAnotherPatient.code).update(**AGAIN)


def _matched(report: _Report) -> TakenIn:
    arrival, today = report.arrival, report.patient.site.local_date(report.now)
    incoming = incoming_report(arrival, read_report(arrival.text))
    rows = lesions_of(report.patient, today, accession=arrival.accession)
    matches = reconcile(incoming, report.identity, [row.on_file for row in rows])
    found = [Found(row, match) for row, match in zip(rows, matches, strict=True)]
    exam = _recorded(report, incoming, found)
    keep_matches(item=report.item, exam=exam, found=found, by=report.by, now=report.now)
    if exam is None and incoming.modality is None and _is_of_the_liver(incoming):
        return _told(report, ItemStatus.WAITING, "modality_unknown", NO_MODALITY)
    return _outcome(report, exam, found)


def _recorded(
    report: _Report, incoming: IncomingReport, found: Sequence[Found]
) -> ImagingExam | None:
    """The exam on file, with the findings that need no person. None: its kind is not known, or it
    is of another region and speaks of no lesion of the liver."""
    if incoming.modality is None or not _is_of_the_liver(incoming):
        return None
    findings = tuple(
        finding_of(one.row.lesion, one.match.exam)
        for one in found
        if one.match.is_recorded and one.match.exam is not None
    )
    told = exam_report(report.arrival, incoming.modality, findings)
    return record_exam(patient=report.patient, report=told, by=report.by, now=report.now).exam


def _is_of_the_liver(incoming: IncomingReport) -> bool:
    speaks_of_it = bool(incoming.told or statements_of(incoming))
    return names_the_liver(incoming) is not False or speaks_of_it


def _outcome(report: _Report, exam: ImagingExam | None, found: Sequence[Found]) -> TakenIn:
    by_verdict = {
        verdict: ", ".join(one.row.lesion.label for one in found if one.match.verdict is verdict)
        for verdict in Verdict
    }
    if closed := by_verdict[Verdict.CERTAIN]:
        words = _("Answers what is owed to {lesions}: closed.").format(lesions=closed)
        return _told(report, ItemStatus.APPLIED, "closed", words, exam)
    if likely := by_verdict[Verdict.LIKELY]:
        words = _("May answer what is owed to {lesions}: a person decides.").format(lesions=likely)
        return _told(report, ItemStatus.APPLIED, "likely", words, exam)
    if exam is None:
        return _told(report, ItemStatus.NOTHING_NEW, "other_region", OTHER_REGION)
    return _told(report, ItemStatus.APPLIED, "answers_nothing", ANSWERS_NOTHING, exam)


def _told(
    report: _Report, status: ItemStatus, code: str, words: str, exam: ImagingExam | None = None
) -> TakenIn:
    words = _(words)
    return TakenIn(status=status, code=code, reason=words, patient=report.patient, exam=exam)


def _not_followed() -> TakenIn:
    return TakenIn(
        status=ItemStatus.NOT_FOLLOWED,
        code="not_followed",
        reason=_("Nobody with this record number is followed here."),
    )
