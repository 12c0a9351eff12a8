"""Reports as a hospital's system sends them, taken in."""

from datetime import date, datetime, timedelta
from typing import Any

from patients.models import Site
from surveillance.arrivals import Person, ReportArrival, ReportState
from surveillance.models import CapturedReport, IntakeFeed, IntakeItem, MessageFormat
from surveillance.protocol.terms import Modality
from surveillance.workflows.keep_message import Envelope, keep_message
from surveillance.workflows.take_in_item import take_in_item
from tests.factories import NOW

CALCIFIED = (
    "CT ABDOMEN\nFINDINGS: A 6 mm punctate calcification is seen in segment VII of the liver. "
    "The spleen is normal.\nIMPRESSION: Hepatic calcification. Recommend follow-up."
)
SILENT = "CT ABDOMEN\nFINDINGS: The liver is normal. No focal lesion, no calcification."


def sent(site: Site, text: str = CALCIFIED, *, mrn: str = "N1", **said: Any) -> ReportArrival:
    """A report about Ann Sample, three hours ago."""
    values: dict[str, Any] = {
        "person": Person(
            mrn=mrn, family_name="Sample", given_name="Ann", birth_date=date(1960, 1, 1)
        ),
        "accession": "R1",
        "state": ReportState.FINAL,
        "performed_on": date(2026, 8, 20),
        "modality": Modality.CT_MULTIPHASE,
        "procedure": "CT ABDOMEN",
        "text": text,
        "reporter": "Dr Reader",
        "said_at": NOW - timedelta(hours=3),
    }
    return ReportArrival(**values | said)


def taken_in(site: Site, report: ReportArrival, now: datetime = NOW) -> IntakeItem:
    """Kept and taken in."""
    feed, _made = IntakeFeed.objects.get_or_create(
        site=site, name="RIS", format=MessageFormat.HL7V2, sending_facility=site.slug
    )
    raw = repr(report).encode()
    envelope = Envelope(message_type="ORU^R01", control_id="", sent_at=report.said_at, raw=raw)
    kept = keep_message(feed=feed, envelope=envelope, parts=[report], now=now)
    return take_in_item(item=kept.message.items.get(), now=now)


def captured(site: Site, text: str = CALCIFIED, **said: Any) -> CapturedReport:
    """Sent and taken in."""
    item = taken_in(site, sent(site, text, **said))
    return CapturedReport.objects.with_state().get(item=item)
