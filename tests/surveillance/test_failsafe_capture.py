"""Captured reports and unclear recommendations that nobody looks at are told."""

from datetime import timedelta

import pytest

from surveillance.failsafe import find_all
from tests.factories import NOW
from tests.surveillance.capture.factories import CapturedReportFactory, ClarificationFactory

pytestmark = pytest.mark.django_db


def codes(days: int) -> set[str]:
    return {one.code for one in find_all(now=NOW + timedelta(days=days))}


def test_a_report_that_waits_for_more_than_three_days_is_a_finding() -> None:
    CapturedReportFactory()

    assert "captured_report_waits" not in codes(3)
    assert "captured_report_waits" in codes(4)


def test_a_question_to_the_radiologist_is_a_finding_once_its_time_is_over() -> None:
    ClarificationFactory(due_at=NOW + timedelta(days=7))

    assert "clarification_unanswered" not in codes(7)
    assert "clarification_unanswered" in codes(8)
