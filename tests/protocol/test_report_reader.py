"""Reads report texts: floors of precision and recall, and what must hold for every text."""

import re
import textwrap
from dataclasses import fields
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.protocol.report_reader.read import read_report
from surveillance.protocol.report_reader.reading import Assertion, ReportReading, Span
from tests.protocol.reader_figures import HALVES, figures
from tests.protocol.report_corpus import reports, values_of

LEAST_RECALL, LEAST_PRECISION = 0.98, 0.92
OTHER_ORGANS = (
    "The spleen contains several calcified granulomas. The gallbladder contains calcified stones. "
    "There is a 4 mm calculus in the left kidney. The aorta is calcified."
)
EVERY = [report for half in HALVES for report in reports(half)]
UNDERSTOOD = [report for report in EVERY if report.status != "foreign"]

ASKED = (
    "Hepatic calcification 5 mm. Follow up with ultrasound in 6 months.",
    "Hepatic calcification 5 mm. Control US in 6 months.",
    "Calcified liver nodule. MRI recommended.",
    "Calcified liver nodule. Correlation with contrast-enhanced MRI is recommended.",
    "Liver lesion seg 6 calcified 8mm. F/U MRI 3/12.",
    "8 mm calcified lesion in segment VI. Recommend: MRI liver.",
    "Calcified lesion liver. This could be further assessed with MRI.",
    "Calcified lesion liver. This should be followed with US at 6 months.",
    "Calcified lesion liver. Follow-up is recommended in 6 months.",
    "Calcified lesion liver. Short interval follow up with MRI (3 months) advised.",
    "Calcified lesion liver. I suggest a liver MRI.",
    "Calcified lesion liver. Re-imaging in 6 months is advised.",
    "Calcified lesion liver. Reassess with ultrasound in 6 months.",
    "Calcified lesion liver. Recheck in 6 months.",
    "Calcified lesion liver. Surveillance imaging every 3-6 months.",
    "Calcified lesion liver, indeterminate. Multiphasic MRI is recommended.",
    "Indeterminate hepatic lesion. MRI may be helpful for further characterization.",
    "IMPRESSION: Calcified lesion in hepatic segment 4. MRI in 6 months.",
    "Calcified lesion liver. Next ultrasound due in 6 months.",
    "Hepatic calcification; ultrasound in 6 months.",
    "Calcified lesion of the liver needs an MRI.",
    "Dynamic MRI is advised for the calcified liver nodule.",
    "Calcified hepatic nodule. Recommend follow-up imaging.",
    "Hepatic nodule with calcification. Annual ultrasound surveillance recommended.",
    "Hepatic nodule with calcification. Follow-up: US 6 months.",
)
NOT_ASKED = (
    "Hepatic calcification. Recommend ENT referral.",
    "Hepatic calcification. Clinical follow-up is recommended.",
    "Hepatic calcification. Ultrasound was performed 6 months ago.",
    "Hepatic calcification. Routine follow-up with the referring physician.",
    "Hepatic calcification. Lung nodule 5 mm. CT in 12 months recommended.",
    "Hepatic calcification. Renal mass. Further evaluation with MRI is recommended.",
    "Hepatic calcification. There is a renal mass, 3 cm. Recommend urology referral and MRI.",
    "Hepatic calcification. Endometrial thickening; recommend transvaginal ultrasound.",
    "Hepatic calcification. Recommend echocardiogram.",
    "Hepatic calcification. Compared with MRI in June, 6 months earlier.",
    "Hepatic calcification. Follow-up imaging is not required.",
    "Hepatic calcification. Recommend screening colonoscopy in 5 years.",
    "1. Hepatic calcification. 2. Thyroid nodule 2 cm. Ultrasound recommended.",
    "1. Hepatic calcification. 2. Vertebral fracture. MRI of the spine recommended.",
    "1. Hepatic calcification. 2. Hip fracture. Recommend CT.",
    "Hepatic calcification. Knee effusion. MRI recommended.",
    "Hepatic calcification. Follow-up ultrasound of the testis in 6 months.",
    "Hepatic calcification. If pain persists, CT of the appendix is suggested.",
    "Hepatic calcification. Abscess in the pelvis; follow-up CT in 1 week.",
    "Hepatic calcification. Patient should undergo mammography in 6 months.",
    "Hepatic calcification. Sinus disease, consider CT sinus.",
)

fragments = st.sampled_from(
    [word for report in EVERY[::9] for word in report.text.split(" ")]
    + ["no ", "?", "\n", "\n\n", "- ", "ﬁ", "İ", "ß", "1.", "0,8 cm", "segment ", "[ ]", "\x00"]
)
texts = st.one_of(st.text(max_size=80), st.lists(fragments, max_size=40).map(" ".join))


@cache
def read(text: str) -> ReportReading:
    """Readings are pure: one for each text of the corpus."""
    return read_report(text)


def spans_of(reading: ReportReading) -> list[Span]:
    """Every place that a reading refers to."""
    found = list(reading.limits)
    for lesion in reading.lesions:
        found.extend((*lesion.sentences, *lesion.evidence))
    return found + [advice.sentence for advice in reading.recommendations]


def rewrapped(text: str, width: int) -> str:
    """The same words and lines, with long lines broken at `width` and spaces doubled."""
    lines = [
        "\n".join(textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False))
        for line in text.split("\n")
    ]
    return "\n".join(lines).replace(". ", ".  ")


@pytest.mark.parametrize("half", HALVES)
def test_reader_keeps_to_its_floors(half: str) -> None:
    counts, faults = figures(half)

    for name in ("hepatic calcification", "present"):
        assert counts[name].recall >= LEAST_RECALL, faults
        assert counts[name].precision >= LEAST_PRECISION, faults
    assert counts["recommendation"].wrong == 0, faults


def test_corpus_is_large_and_no_text_is_in_both_halves() -> None:
    halves = [{re.sub(r"\W+", " ", r.text) for r in reports(half)} for half in HALVES]

    assert len(EVERY) >= 300
    assert len({report.id for report in EVERY}) == len(EVERY)
    assert not halves[0] & halves[1]
    assert len(halves[1]) >= len(EVERY) / 4


@pytest.mark.parametrize("text", ASKED)
def test_reader_finds_what_is_asked_for_the_liver_once(text: str) -> None:
    assert len(read(text).recommendations) == 1


@pytest.mark.parametrize("text", NOT_ASKED)
def test_reader_finds_no_recommendation_where_none_is_for_the_liver(text: str) -> None:
    reading = read(text)

    assert reading.mentions_hepatic_calcification
    assert not reading.recommends_liver_follow_up


@given(texts)
def test_reader_answers_any_text_with_places_inside_it(text: str) -> None:
    reading = read_report(text)

    assert read_report(text) == reading
    for span in spans_of(reading):
        assert 0 <= span.start < span.end <= len(text)
        assert text[span.start : span.end].strip()


def test_reading_is_the_same_after_sentences_about_other_organs() -> None:
    changed = {
        report.id: difference
        for report in UNDERSTOOD[::2]
        if (
            difference := values_of(read(report.text))
            ^ values_of(read(f"{OTHER_ORGANS}\n\n{report.text}"))
        )
    }

    assert not changed


def test_reading_does_not_depend_on_where_lines_are_broken() -> None:
    changed = {
        report.id: difference
        for number, report in enumerate(UNDERSTOOD)
        if (again := rewrapped(report.text, 50 + number % 50)) != report.text
        and (difference := values_of(read(report.text)) ^ values_of(read(again)))
    }

    assert not changed


@pytest.mark.parametrize(
    "awkward",
    [
        pytest.param("no " * 5_000, id="only negations"),
        pytest.param("a" * 200_000, id="one word"),
        pytest.param("-" * 200_000, id="only signs"),
        pytest.param(" \n" * 100_000, id="only space"),
        pytest.param("4 mm calcification, " * 400, id="one long sentence"),
        pytest.param("The liver. " * 400, id="many short sentences"),
        pytest.param("1 x 2 x " * 1_000, id="half a size"),
        pytest.param("segment 1, 2, 3 and " * 400, id="segments without end"),
        pytest.param("5 mm calcification in segment VI.\n" * 200, id="many lesions"),
    ],
)
def test_reader_ends_on_a_long_text_of(awkward: str) -> None:
    assert isinstance(read_report(awkward), ReportReading)


def test_a_report_in_another_language_is_not_called_negative() -> None:
    reading = read_report("Die Leber ist normal gross, ohne Verkalkung, mit glatter Kontur.")

    assert not reading.is_understood
    assert reading.limits == (Span(0, 64),)
    assert not reading.lesions


def test_every_value_is_quoted_from_the_text() -> None:
    text = "Liver: a  punctate ca1cification of 0,4 cm in\nsegment Vll, unchanged."

    (lesion,) = read_report(text).lesions

    quoted = {text[span.start : span.end] for span in lesion.evidence}
    assert quoted == {"ca1cification", "0,4 cm", "segment Vll", "punctate", "unchanged"}
    assert lesion.assertion is Assertion.AFFIRMED


def test_a_reading_is_frozen_and_says_nothing_by_default() -> None:
    empty = ReportReading()

    assert [getattr(empty, each.name) for each in fields(empty)] == [
        (), (), (), None, False, False, True,
    ]  # fmt: skip
