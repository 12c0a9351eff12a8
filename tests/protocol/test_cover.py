"""Exactly one person answers for each absent one; "not mine" never comes back."""

from hypothesis import given
from hypothesis import strategies as st

from surveillance.protocol.cover import is_uncovered, next_owner, stand_ins

NORA, LEO, CLARA, DORA = 1, 2, 3, 4
people = st.integers(1, 6)


def test_the_cover_answers():
    assert stand_ins({NORA: LEO}, {NORA: (CLARA,)}) == {NORA: LEO}


def test_without_a_cover_the_next_in_line_answers():
    assert stand_ins({NORA: None}, {NORA: (LEO, CLARA)}) == {NORA: LEO}
    assert is_uncovered(NORA, {NORA: None})


def test_a_cover_who_is_away_passes_nothing_along():
    away = {NORA: LEO, LEO: CLARA}

    assert stand_ins(away, {NORA: (LEO, DORA), LEO: (DORA,)}) == {NORA: DORA, LEO: CLARA}
    assert is_uncovered(NORA, away)
    assert not is_uncovered(LEO, away)


def test_two_who_cover_each_other_are_both_answered_for():
    assert stand_ins({NORA: LEO, LEO: NORA}, {NORA: (CLARA,), LEO: (CLARA,)}) == {
        NORA: CLARA,
        LEO: CLARA,
    }


def test_with_nobody_present_it_stays_with_the_absent():
    assert stand_ins({NORA: None, LEO: NORA}, {NORA: (LEO,)}) == {NORA: NORA, LEO: LEO}


@given(
    covers=st.dictionaries(people, st.none() | people),
    lines=st.dictionaries(people, st.lists(people, max_size=6)),
)
def test_nobody_absent_answers_while_somebody_named_is_present(covers, lines):
    answers = stand_ins(covers, lines)

    assert set(answers) == set(covers)
    for person, other in answers.items():
        named = {covers[person], *lines.get(person, [])} - {None} - set(covers)
        assert other in named if named else other == person


@given(
    line=st.lists(people, max_size=6),
    declined=st.sets(people),
    standing_in=st.dictionaries(people, people),
)
def test_who_declined_is_never_next(line, declined, standing_in):
    chosen = next_owner(line, declined, standing_in)

    free = [one for one in line if not {one, standing_in.get(one, one)} & declined]
    assert chosen == (free[0] if free else None)
