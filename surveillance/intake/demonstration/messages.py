"""What the radiology department of each demonstration site sent on the last day of the story.

Each message is written as its system would write it and goes in as any other: read, kept, taken
in. Together they leave something to see on every page about messages, exams and reports.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction

from patients.models import Site
from surveillance.arrivals import (
    AppointmentArrival,
    AppointmentState,
    OrderArrival,
    OrderState,
    Person,
    ReportArrival,
    ReportState,
)
from surveillance.exam_matching import exam_report
from surveillance.intake.sample.arrangements import booking_as_siu, order_as_orm
from surveillance.intake.sample.bundle import report_as_bundle
from surveillance.intake.sample.oru import report_as_oru
from surveillance.intake.sample.result import PROCEDURES, kind_of_exam, person_of, sample_result
from surveillance.intake.sample.sending import as_hl7, send_fhir, send_hl7
from surveillance.models import CapturedReport, Exclusion, FollowUp, IntakeFeed, MessageFormat
from surveillance.protocol.terms import LesionKind, Modality, ObligationKind, Segment
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.exclude_report import exclude_report
from surveillance.workflows.save_feed import save_feed
from surveillance.workflows.track_report import ConfirmedFinding, track_report

RADIOLOGY: Final = "Radiology (HL7)"
HUB: Final = "Integration hub (FHIR)"
APPLICATION: Final = "DEMO-RIS"
ROLES: Final = 6
"""Patients that one site needs for all its messages."""
AHEAD: Final = timedelta(days=9)
LIMITED: Final = (
    "FINDINGS\nLiver: 7 mm lesion, unchanged. Evaluation is limited by bowel gas.\n"
    "IMPRESSION\nNo change as far as seen."
)
SIX: Final = Decimal(6)
UNCLEAR: Final = (
    "FINDINGS\nLiver: 6 mm calcification, unchanged.\n"
    "IMPRESSION\nHepatic calcification. Follow-up imaging is recommended."
)
STRANGER: Final = (
    "FINDINGS\nPunctate 4 mm calcification in segment VII of the liver.\n"
    "IMPRESSION\nHepatic calcification, not seen before."
)
SPLEEN: Final = (
    "FINDINGS\nCalcified granuloma of the liver, 3 mm, unchanged since 2012. Splenic granulomas.\n"
    "IMPRESSION\nOld granulomatous disease."
)
UNKNOWN_STATUS: Final = ("|RAD|F", "|RAD|Q")
"""OBR-24 and OBR-25: a status that no table knows."""


@dataclass(frozen=True, slots=True)
class _Department:
    """The two feeds of a site, and the moment at which they send."""

    hl7: IntakeFeed
    fhir: IntakeFeed
    now: datetime

    @property
    def prefix(self) -> str:
        """What the numbers of this site begin with."""
        return self.hl7.sending_facility[:3]

    def send(self, text: str) -> None:
        """One message over HL7, taken in at once."""
        with transaction.atomic():
            send_hl7(as_hl7(text), self.hl7, address=None, now=self.now)

    def report(self, report: ReportArrival) -> CapturedReport | None:
        """One report over HL7; what was captured of it."""
        self.send(report_as_oru(report, self.hl7))
        rows = CapturedReport.objects.filter(site=self.hl7.site, accession=report.accession)
        return rows.select_related("item").first()


def make_feeds(sites: Mapping[str, Site], *, now: datetime) -> None:
    """A radiology system and a FHIR client at each site; those that are there stay."""
    for slug, site in sites.items():
        known = set(site.feeds.values_list("name", flat=True))
        feeds = (
            IntakeFeed(
                site=site,
                name=RADIOLOGY,
                format=MessageFormat.HL7V2,
                sending_application=APPLICATION,
                sending_facility=slug.upper(),
            ),
            IntakeFeed(site=site, name=HUB, format=MessageFormat.FHIR_R4),
        )
        for feed in feeds:
            if feed.name not in known:
                save_feed(feed=feed, by=None, now=now)


def receive_messages(sites: Mapping[str, Site], *, now: datetime) -> None:
    """The last day's messages of every site; `make_feeds` came before."""
    for site in sites.values():
        hl7 = IntakeFeed.objects.select_related("site").get(site=site, name=RADIOLOGY)
        fhir = IntakeFeed.objects.select_related("site").get(site=site, name=HUB)
        _receive(_Department(hl7, fhir, now))


def _receive(department: _Department) -> None:
    _about_strangers(department)
    waiting = _calmest(department)
    for act, follow_up in zip(ACTS, waiting, strict=False):
        act(department, follow_up)


def _calmest(department: _Department) -> Iterator[FollowUp]:
    """Imaging that is due and neither ordered nor booked, the least dangerous first, one for each
    patient: what is urgent stays to be seen in the queue."""
    today = department.hl7.site.local_date(department.now)
    rows = FollowUp.objects.open().filter(
        site=department.hl7.site,
        kind=ObligationKind.IMAGING,
        earliest_on__lte=today,
        ordered_on=None,
        booked_for=None,
    )
    joined = rows.select_related("patient__site", "site", "lesion", "owner")
    seen = set()
    for row in joined.order_by("-sort_key", "pk")[: ROLES * 5]:
        if row.patient_id not in seen:
            seen.add(row.patient_id)
            yield row


def _closes_by_hl7(department: _Department, follow_up: FollowUp) -> None:
    department.report(_said(department, follow_up, 1))


def _closes_by_fhir(department: _Department, follow_up: FollowUp) -> None:
    raw = report_as_bundle(_said(department, follow_up, 2)).encode()
    with transaction.atomic():
        send_fhir(raw, department.fhir, now=department.now)


def _may_answer(department: _Department, follow_up: FollowUp) -> None:
    said = _said(department, follow_up, 3)
    department.report(replace(said, findings=(), adequate=None, text=LIMITED))


def _is_asked_back(department: _Department, follow_up: FollowUp) -> None:
    said = replace(_said(department, follow_up, 4), findings=(), adequate=None, text=UNCLEAR)
    captured = department.report(said)
    if captured is None or follow_up.owner is None or said.modality is None:
        return
    lesion = follow_up.lesion
    confirmed = ConfirmedFinding(
        lesion=lesion,
        label=lesion.label,
        kind=LesionKind(lesion.kind),
        segments=tuple(Segment(one) for one in lesion.segments),
        values={"size_mm": SIX, "adequate": True},
    )
    with suppress(WorkflowRefused):  # the text was enough by itself: nothing is left to confirm
        track_report(
            report=captured,
            exam=exam_report(said, said.modality, ()),
            demographics=None,
            findings=[confirmed],
            by=follow_up.owner,
            now=department.now,
        )


def _is_ordered(department: _Department, follow_up: FollowUp) -> None:
    order = OrderArrival(
        person=person_of(follow_up.patient),
        order_number=f"{department.prefix}-ORD-1",
        state=OrderState.PLACED,
        ordered_on=follow_up.site.local_date(department.now),
        procedure=PROCEDURES[kind_of_exam(follow_up)],
        body_site="liver",
        said_at=department.now,
    )
    department.send(order_as_orm(order, department.hl7))


def _is_booked(department: _Department, follow_up: FollowUp) -> None:
    booking = AppointmentArrival(
        person=person_of(follow_up.patient),
        appointment=f"{department.prefix}-APP-1",
        state=AppointmentState.BOOKED,
        starts_on=follow_up.site.local_date(department.now) + AHEAD,
        procedure=PROCEDURES[kind_of_exam(follow_up)],
        said_at=department.now,
    )
    department.send(booking_as_siu(booking, department.hl7))


ACTS: Final = (
    _closes_by_hl7,
    _closes_by_fhir,
    _may_answer,
    _is_asked_back,
    _is_ordered,
    _is_booked,
)


def _about_strangers(department: _Department) -> None:
    """Reports about people who have no record here: one waits, one was excluded, and one could not
    be read."""
    department.report(_stranger(department, 5, STRANGER))
    captured = department.report(_stranger(department, 6, SPLEEN))
    by = User.objects.filter(username="navigator").first()
    if captured is not None and by is not None:
        exclude_report(
            report=captured, exclusion=Exclusion.KNOWN_BENIGN, note="", by=by, now=department.now
        )
    unread = report_as_oru(_stranger(department, 7, STRANGER), department.hl7)
    department.send(unread.replace(*UNKNOWN_STATUS))


def _said(department: _Department, follow_up: FollowUp, number: int) -> ReportArrival:
    accession = f"{department.prefix}-{number}"
    return sample_result(follow_up, number=accession, now=department.now)


def _stranger(department: _Department, number: int, text: str) -> ReportArrival:
    """A CT of somebody whom no record knows."""
    return ReportArrival(
        person=Person(
            mrn=f"{department.prefix}-9{number}0000",
            family_name="Sampleunknown",
            given_name="Robin",
        ),
        accession=f"{department.prefix}-{number}",
        state=ReportState.FINAL,
        performed_on=department.hl7.site.local_date(department.now),
        modality=Modality.CT_SINGLE_PHASE,
        procedure=PROCEDURES[Modality.CT_SINGLE_PHASE],
        body_site="liver",
        text=text,
        said_at=department.now.replace(microsecond=0),
    )
