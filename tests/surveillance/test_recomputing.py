"""A stored decision, decided again: same, other version, or what must never be."""

import pytest

from surveillance.models import LesionAssessment
from surveillance.recomputing import Verdict, recompute
from tests.surveillance.web.scenes import a_clinic, surveyed

pytestmark = pytest.mark.django_db


@pytest.fixture
def decision() -> LesionAssessment:
    return surveyed(a_clinic()).assessment


def changed(row: LesionAssessment, **answer: object) -> LesionAssessment:
    """The row as another software might have stored it; not written."""
    row.answer = row.answer | answer
    return row


def test_decision_of_today_is_answered_alike(decision) -> None:
    found = recompute(decision)

    assert (found.verdict, found.differences) == (Verdict.SAME, ())
    assert found.version_now == decision.protocol_version


def test_nothing_is_written(decision, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        recompute(decision)


def test_another_answer_of_the_same_version_is_a_contradiction(decision) -> None:
    found = recompute(changed(decision, rule="R99"))

    assert found.verdict == Verdict.CONTRADICTION
    [one] = found.differences
    assert (one.field, one.then) == ("rule", "R99")
    assert one.now == found.answer["rule"] != "R99"


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        pytest.param({}, Verdict.OTHER_VERSION_SAME_ANSWER, id="same answer"),
        pytest.param({"stop": True}, Verdict.OTHER_VERSION_OTHER_ANSWER, id="other answer"),
    ],
)
def test_another_version_is_named(decision, answer, verdict) -> None:
    decision.protocol_version = "seed-1999"

    assert recompute(changed(decision, **answer)).verdict == verdict


def test_facts_that_nobody_understands_any_more_say_why(decision) -> None:
    decision.inputs = {"id": "x"}

    found = recompute(decision)

    assert found.verdict == Verdict.UNREADABLE
    assert found.problem
