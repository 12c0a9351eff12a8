"""A cirrhotic patient whose lesion is owed surveillance imaging, and reports that arrive."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from django.contrib.auth.models import User

from patients.models import Patient
from surveillance.arrivals import CodedFinding, Person, ReportArrival, ReportState
from surveillance.models import FollowUp, ImagingExam, IntakeFeed, IntakeItem, Lesion
from surveillance.protocol.terms import LiRads, Modality, ObligationKind
from surveillance.workflows.keep_message import Envelope, keep_message
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.take_in_item import take_in_item
from tests.factories import MembershipFactory, PatientFactory
from tests.surveillance.factories import LesionFactory, finding, report

FIRST_SCAN = date(2026, 2, 20)
SCAN = date(2026, 8, 20)
NOW = datetime(2026, 8, 31, 9, 0, tzinfo=UTC)
_CONTROL_IDS = count(1)


@dataclass(frozen=True, slots=True)
class Feed:
    """A site that receives reports about one patient with one lesion."""

    feed: IntakeFeed
    patient: Patient
    lesion: Lesion
    navigator: User

    def owed(self) -> FollowUp:
        """The imaging that is open."""
        return FollowUp.objects.open().get(lesion=self.lesion, kind=ObligationKind.IMAGING)

    def exam(self) -> ImagingExam | None:
        """The exam that stands under the accession number of `said`."""
        return ImagingExam.objects.standing().filter(accession="R-1").first()

    def person(self, **other) -> Person:
        """The patient as a feed names them."""
        known = {
            "mrn": self.patient.mrn,
            "family_name": self.patient.family_name,
            "given_name": self.patient.given_name,
            "birth_date": self.patient.birth_date,
        }
        return Person(**known | other)

    def said(self, state=ReportState.FINAL, at=10, size="8.2", **other) -> ReportArrival:
        """A coded, adequate MRI report under one number; `at` is the hour when it was said."""
        usual = {
            "person": self.person(),
            "accession": "R-1",
            "state": state,
            "performed_on": SCAN,
            "modality": Modality.MRI_EXTRACELLULAR,
            "procedure": "MRI liver",
            "text": f"Report of {size} mm",
            "adequate": True,
            "findings": (coded(self.lesion.label, size),),
            "said_at": datetime(2026, 8, 20, at, tzinfo=UTC),
        }
        return ReportArrival(**usual | other)

    def keep(self, arrival: ReportArrival, now: datetime = NOW) -> IntakeItem:
        """The message on file, not yet taken in."""
        number = next(_CONTROL_IDS)
        envelope = Envelope(
            message_type="ORU^R01", control_id=str(number), sent_at=None, raw=f"{number}".encode()
        )
        kept = keep_message(feed=self.feed, envelope=envelope, parts=[arrival], now=now)
        return kept.message.items.get()

    def take_in(self, arrival: ReportArrival) -> IntakeItem:
        """The message on file and taken in."""
        return take_in_item(item=self.keep(arrival), now=NOW)


def coded(label="", size="8.2", **said) -> CodedFinding:
    """An LR-3 finding, measured."""
    size_mm = Decimal(size) if size else None
    return CodedFinding(label=label, size_mm=size_mm, **{"lirads": LiRads.LR_3} | said)


def feed_scene() -> Feed:
    """An 8 mm LR-3 lesion in cirrhosis, seen in February: surveillance is owed in August."""
    patient = PatientFactory(cirrhotic=True)
    navigator = MembershipFactory(site=patient.site).user
    lesion = LesionFactory(patient=patient, label="L1")
    first = report(finding(lesion, "8", lirads=LiRads.LR_3), on=FIRST_SCAN)
    at = datetime(2026, 2, 21, 9, 0, tzinfo=UTC)
    record_exam(patient=patient, report=first, by=navigator, now=at)
    feed = IntakeFeed.objects.create(site=patient.site, name="RIS", format="HL7V2")
    return Feed(feed, patient, lesion, navigator)
