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
