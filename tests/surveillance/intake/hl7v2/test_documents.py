"""MDM: which documents are imaging reports, in which state, by which number."""

from typing import Any

import pytest

from surveillance.arrivals import ReportArrival, ReportState, Unmapped
from surveillance.intake.hl7v2.reading import read_message
from tests.surveillance.intake.hl7v2.messages import message, segment

TEXT = segment("OBX", f2="TX", f3="IMP", f5="Liver: new calcification.", f11="F")


def document(*lines: str, event: str = "T02", **fields: str) -> bytes:
    usual = {"f2": "DI", "f4": "20260228", "f12": "DOC-1", "f15": "RAD-1", "f17": "LA"}
    return message(segment("TXA", **usual | fields), *lines, kind=f"MDM^{event}")


def parts(raw: bytes, **mapping: Any) -> list[Any]:
    return list(read_message(raw, mapping).parts)


@pytest.mark.parametrize(
    ("event", "completion", "availability", "state"),
    [
        ("T02", "LA", "AV", ReportState.FINAL),
        ("T02", "AU", "", ReportState.FINAL),
        ("T02", "DI", "", ReportState.PRELIMINARY),
        ("T02", "LA", "UN", ReportState.PRELIMINARY),
        ("T08", "LA", "AV", ReportState.CORRECTED),
        ("T06", "IP", "AV", ReportState.PRELIMINARY),
        ("T11", "LA", "AV", ReportState.CANCELLED),
        ("T02", "LA", "CA", ReportState.CANCELLED),
    ],
)
def test_state_of_a_document(
    event: str, completion: str, availability: str, state: ReportState
) -> None:
    [part] = parts(document(TEXT, event=event, f17=completion, f19=availability))

    assert isinstance(part, ReportArrival)
    assert (part.accession, part.state) == ("RAD-1", state)
    assert part.text == ("" if state is ReportState.CANCELLED else part.text)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"f2": "LETTER"}, "unknown_document_type"),
        ({"f2": ""}, "unknown_document_type"),
        ({"f17": "Q"}, "unknown_status"),
        ({"f17": ""}, "no_status"),
        ({"f19": "OB"}, "unknown_status"),
        ({"f15": ""}, "no_accession"),
        ({"f4": ""}, "no_exam_date"),
    ],
)
def test_a_document_that_nobody_understands_waits(fields: dict[str, str], code: str) -> None:
    [part] = parts(document(TEXT, **fields))

    assert isinstance(part, Unmapped)
    assert part.code == code


def test_kinds_of_documents_by_words_and_by_the_mapping() -> None:
    assert parts(document(TEXT, f2="X1^CT abdomen report"))
    assert parts(document(TEXT, f2="X1^Radiology report"))
    assert not parts(document(TEXT, f2="DS^Discharge summary"))
    assert not parts(document(TEXT, f2="X1"), other_documents=["X1"])
    [part] = parts(document(TEXT, f2="X1"), imaging_documents=["X1"])
    assert part.text.endswith("Liver: new calcification.")


def test_the_number_is_that_of_the_order() -> None:
    [by_placer] = parts(document(TEXT, f14="P-1", f15=""))
    [by_mapping] = parts(document(TEXT), document_accession=["TXA-12"])

    assert (by_placer.accession, by_mapping.accession) == ("P-1", "DOC-1")


def test_a_document_that_is_only_announced_says_nothing() -> None:
    read = read_message(document(event="T01"), {})

    assert (read.parts, [one.code for one in read.problems]) == ((), ["nothing_used"])


def test_without_txa_it_is_refused_and_waits() -> None:
    read = read_message(message(TEXT, kind="MDM^T02"), {})

    [part] = read.parts
    assert isinstance(part, Unmapped)
    assert (str(read.code), part.code) == ("AE", "missing_segment")
