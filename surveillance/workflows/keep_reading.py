"""A report was read: if it speaks of a hepatic calcification, it is captured."""

from datetime import datetime

from django.db import transaction

from patients.models import Patient
from surveillance.arrivals import ReportArrival, ReportState
from surveillance.dataclass_json import as_json
from surveillance.models import CapturedReport, IntakeItem
from surveillance.protocol.report_reader.read import READER_VERSION, read_report
from surveillance.protocol.report_reader.reading import ReportReading
from surveillance.protocol.report_reader.wholeness import is_whole_report
from surveillance.protocol.which_lesion import speaks_of_more

SIGNED = (ReportState.FINAL, ReportState.CORRECTED)


@transaction.atomic
def keep_reading(
    *, item: IntakeItem, arrival: ReportArrival, patient: Patient | None, now: datetime
) -> CapturedReport | None:
    """Keep what the reader found where it mentions a hepatic calcification or recommends a look at
    the liver, and what it could not read of somebody who is followed here: a person reads that.

    Also where the same was said before, or something else since: which of the texts under one
    number is listed is derived, so that the order of arrival never decides. None for any other
    report, and where it is cancelled. Twice changes nothing.
    """
    if arrival.state is ReportState.CANCELLED:
        return None
    reading = read_report(arrival.text)
    if not _speaks_of_it(reading) and (patient is None or reading.is_understood):
        return None
    report = CapturedReport(
        site_id=item.site_id,
        item=item,
        patient=patient,
        accession=arrival.accession,
        performed_on=arrival.performed_on,
        modality=arrival.modality or "",
        said_at=arrival.said_at,
        captured_at=now,
        text=arrival.text,
        is_whole=arrival.state in SIGNED and is_whole_report(arrival.text),
        says_more=speaks_of_more(reading, coded=len(arrival.findings)),
        reader_version=READER_VERSION,
        mentions_calcification=reading.mentions_hepatic_calcification,
        recommends_follow_up=reading.recommends_liver_follow_up,
        reading=as_json(reading),
    )
    CapturedReport.objects.bulk_create([report], ignore_conflicts=True)
    return CapturedReport.objects.get(item=item)


def _speaks_of_it(reading: ReportReading) -> bool:
    return reading.mentions_hepatic_calcification or reading.recommends_liver_follow_up
