"""What is kept of an arrival says the same when it is read again."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from surveillance.arrivals import KINDS, Arrival, CodedFinding, Person, ReportArrival, ReportState
from surveillance.arrivals_json import arrival_as_json, arrival_from_json
from surveillance.protocol.terms import Modality, Segment


@settings(max_examples=25)
@given(st.one_of([st.from_type(cls) for cls in KINDS]))
def test_nothing_an_arrival_says_is_lost_in_json(arrival: Arrival) -> None:
    kept = json.loads(json.dumps(arrival_as_json(arrival)))

    assert arrival_as_json(arrival_from_json(kept)) == kept


def test_a_report_is_the_same_after_json() -> None:
    report = ReportArrival(
        person=Person(mrn="A1", birth_date=date(1960, 2, 29)),
        accession="R1",
        state=ReportState.FINAL,
        performed_on=date(2026, 1, 31),
        modality=Modality.MRI_HEPATOBILIARY,
        findings=(CodedFinding(segments=(Segment.IVA,), size_mm=Decimal("8.5")),),
        said_at=datetime(2026, 1, 31, 12, tzinfo=UTC),
    )

    assert arrival_from_json(json.loads(json.dumps(arrival_as_json(report)))) == report
