"""Somebody has the report of an exam at another institution, and puts it on file with its proof."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.models import Patient, Site
from surveillance.arrivals import Person, ReportArrival
from surveillance.exam_matching import exam_report
from surveillance.models import (
    LARGEST_DOCUMENT,
    DocumentType,
    ExamDocument,
    IntakeFeed,
    IntakeItem,
    ItemStatus,
    MessageFormat,
)
from surveillance.said_again import said_again
from surveillance.workflows.check_report import check_report
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.keep_message import Envelope, keep_message
from surveillance.workflows.take_in_item import take_in_item

if TYPE_CHECKING:
    from django.contrib.auth.models import User

FEED = "Outside exams"


class DocumentTooLarge(WorkflowRefused):
    """Beyond what is kept in the database."""

    code = "document_too_large"


class UploadRefused(WorkflowRefused):
    """It cannot go on file as it is; a sender's message would wait, a person is told at once."""

    code = "upload_refused"


@dataclass(frozen=True, slots=True)
class Document:
    """A file, and what it was found to be."""

    media_type: DocumentType
    content: bytes


@transaction.atomic
def upload_exam(
    *,
    patient: Patient,
    arrival: ReportArrival,
    document: Document | None,
    by: "User",
    now: datetime,
) -> IntakeItem:
    """Keep the report and its document, and take it in as any other (clinical.md 8.3).

    The record on whose page it was uploaded says whose it is: whoever uploads has compared the
    names. The same again is the same. Refused: a document of more than 5 MB, and whatever keeps
    the report from going on file (a day in the future, a number that is another patient's).
    """
    if document is not None and len(document.content) > LARGEST_DOCUMENT:
        raise DocumentTooLarge(
            _("The document is larger than 5 MB. Upload the pages of the report alone."),
            field="document",
        )
    arrival = replace(arrival, person=_as_on_file(patient), is_external=True)
    if arrival.modality is not None:
        told = exam_report(arrival, arrival.modality, ())
        check_report(told, patient=patient, today=patient.site.local_date(now))
    item = _kept(patient, arrival, document, now)
    item.settled_by = by
    item.save(update_fields=["settled_by"])
    done = take_in_item(item=item, now=now)
    if done.status == ItemStatus.WAITING and not done.matches.exists():
        raise UploadRefused(said_again(done.reason))
    _keep_document(done, patient, document, by, now)
    return done


def _as_on_file(patient: Patient) -> Person:
    return Person(
        mrn=patient.mrn,
        family_name=patient.family_name,
        given_name=patient.given_name,
        birth_date=patient.birth_date,
    )


def _kept(
    patient: Patient, arrival: ReportArrival, document: Document | None, now: datetime
) -> IntakeItem:
    raw = document.content if document is not None else arrival.text.encode()
    told = f"{patient.pk} {arrival.accession} {arrival.text} {arrival.performed_on}"
    number = sha256(told.encode()).hexdigest()[:40]
    envelope = Envelope(message_type="outside exam", control_id=number, sent_at=None, raw=raw)
    feed = _feed_of(patient.site)
    return keep_message(feed=feed, envelope=envelope, parts=[arrival], now=now).message.items.get()


def _feed_of(site: Site) -> IntakeFeed:
    found, _created = IntakeFeed.objects.get_or_create(
        site=site, name=FEED, defaults={"format": MessageFormat.UPLOAD}
    )
    return found


def _keep_document(
    item: IntakeItem, patient: Patient, document: Document | None, by: "User", now: datetime
) -> None:
    if document is None or ExamDocument.objects.filter(item=item).exists():
        return
    kept = ExamDocument.objects.create(
        patient=patient,
        item=item,
        media_type=document.media_type,
        digest=sha256(document.content).hexdigest(),
        content=document.content,
        recorded_at=now,
        recorded_by=by,
    )
    record_event(
        "exam_document_kept", site=patient.site, subject=kept, patient=patient, by=by, now=now
    )
