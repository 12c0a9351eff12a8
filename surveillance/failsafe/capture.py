"""Captured reports and unclear recommendations: does anybody look at them?"""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_noop

from surveillance.failsafe.finding import Check, subjects
from surveillance.models import CapturedReport, Clarification
from surveillance.protocol.parameters.capture import CAPTURE_WITHIN_DAYS


def _waiting(now: datetime) -> Iterable[object]:
    return subjects(CapturedReport.objects.waiting_since(now, CAPTURE_WITHIN_DAYS.value))


def _unanswered(now: datetime) -> Iterable[object]:
    return subjects(Clarification.objects.overdue(now))


CHECKS = (
    Check(
        "captured_report_waits",
        gettext_noop(
            "A report that speaks of a hepatic calcification has waited for more than three days."
        ),
        gettext_noop("Open “Reports”: confirm what was read, or exclude it and say why."),
        _waiting,
    ),
    Check(
        "clarification_unanswered",
        gettext_noop(
            "A recommendation without modality or interval was not clarified within a week."
        ),
        gettext_noop("Ask the radiologist, and note the answer on the report’s page."),
        _unanswered,
    ),
)
