"""A print run on paper: codes that can be read, samples that cover, slips that show."""

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.protocol.mailing import (
    ALPHABET,
    Difference,
    LetterContent,
    arrives_in_time,
    code_of,
    differences,
    digest_of,
    is_paper_in_time,
    missing_from,
    read_code,
    sample_of,
)
from surveillance.protocol.parameters.letters import LETTER_SAMPLE, LETTER_TRAVEL_DAYS

LETTER = LetterContent("run", 1, "Alex Sample", "1 Example Street\nTown", "en", "Call us", "Dear A")
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)


@pytest.mark.parametrize("name", [field.name for field in fields(LetterContent)])
def test_digest_changes_with_everything_that_is_printed(name: str) -> None:
    other: Any = 2 if name == "sequence" else "something else"

    assert digest_of(replace(LETTER, **{name: other})) != digest_of(LETTER)


def test_digest_is_the_same_for_the_same_letter() -> None:
    assert digest_of(replace(LETTER)) == digest_of(LETTER)


@given(digests)
def test_code_holds_the_first_forty_bits(digest: str) -> None:
    digits = code_of(digest).replace("-", "")

    number = 0
    for digit in digits:
        number = number * 32 + ALPHABET.index(digit)
    assert number == int(digest[:10], 16)


@given(digests, st.sampled_from([str.lower, str.upper, lambda code: f" {code} "]))
def test_code_is_read_however_it_is_typed(digest: str, typed) -> None:
    code = code_of(digest)

    assert read_code(typed(code)) == code
    assert read_code(typed(code.replace("-", ""))) == code
    assert read_code(code.replace("0", "O").replace("1", "l")) == code


@given(st.integers(0, 600), digests)
def test_sample_has_the_first_the_last_and_as_many_others_as_asked(size: int, digest: str) -> None:
    sample = sample_of(size, digest)

    assert sample == tuple(sorted(set(sample)))
    assert len(sample) == min(size, LETTER_SAMPLE.value + 2)
    assert set(sample) <= set(range(1, size + 1))
    assert not size or {1, size} <= set(sample)


def test_sample_is_another_for_another_run() -> None:
    assert sample_of(500, "a" * 64) != sample_of(500, "b" * 64)


@given(st.lists(digests, min_size=3, max_size=40, unique_by=lambda digest: digest[:10]), st.data())
def test_a_run_that_slipped_by_one_is_always_noticed(run: list[str], data) -> None:
    codes = {number: code_of(digest) for number, digest in enumerate(run, start=1)}
    slip = data.draw(st.integers(1, len(run) - 1))
    printed = [codes[number] for number in range(1, len(run) + 1) if number != slip]
    pile = dict(enumerate([*printed, ""], start=1))  # a sheet was left out: the last is missing
    sample = sample_of(len(run), "c" * 64)

    typed = {number: pile[number] for number in sample}

    assert missing_from(sample, typed) == (len(run),)
    wrong = differences(codes, {number: code for number, code in typed.items() if code})
    assert all(one.found == one.sequence + 1 for one in wrong)
    assert {one.sequence for one in wrong} == {n for n in sample if slip <= n < len(run)}


def test_right_codes_differ_in_nothing_and_a_foreign_one_is_nobodys() -> None:
    codes = {1: "AAAA-AAAA", 2: "BBBB-BBBB"}

    assert differences(codes, {1: "aaaa aaaa", 2: "BBBBBBBB"}) == ()
    assert differences(codes, {2: "CCCC-CCCC"}) == (Difference(2, "CCCC-CCCC", None),)
    assert differences(codes, {3: "AAAA-AAAA"}) == (Difference(3, "AAAA-AAAA", 1),)


@pytest.mark.parametrize(("days", "arrives"), [(-1, False), (0, True), (1, True)])
def test_letter_arrives_after_its_days_in_the_post(days: int, arrives: bool) -> None:
    queued = date(2026, 2, 26)
    needed = queued + timedelta(days=LETTER_TRAVEL_DAYS.value + days)

    assert arrives_in_time(queued, needed) is arrives


@pytest.mark.parametrize(
    ("booked_in", "latest_in", "in_time"),
    [
        pytest.param(None, 0, True, id="last day"),
        pytest.param(None, -1, False, id="last day too near"),
        pytest.param(0, 60, True, id="appointment"),
        pytest.param(-1, 60, False, id="appointment too near"),
        pytest.param(90, 60, True, id="booked too late counts as not booked"),
        pytest.param(90, -1, False, id="booked too late, last day too near"),
    ],
)
def test_paper_is_in_time_for_the_appointment_else_for_the_last_day(
    booked_in: int | None, latest_in: int, in_time: bool
) -> None:
    """Days from the day on which a letter queued today arrives."""
    today = date(2026, 2, 26)
    arrives_on = today + timedelta(days=LETTER_TRAVEL_DAYS.value)
    booked_for = None if booked_in is None else arrives_on + timedelta(days=booked_in)

    assert is_paper_in_time(booked_for, arrives_on + timedelta(days=latest_in), today) is in_time
