"""Somebody wants to know now."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from patients.kept_words import in_the_language_of_records
from surveillance.failsafe import find_all
from surveillance.models import FailsafeRun
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.keep_failsafe_run import keep_failsafe_run

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PAUSE = timedelta(minutes=1)


class CheckedJustNow(WorkflowRefused):
    """The answers are as new as they need be, and asking everything is work."""

    code = "checked_just_now"


def ask_failsafe(*, by: "User", now: datetime, clock: Callable[[], datetime]) -> FailsafeRun:
    """Ask every question and keep the answers; nobody is told, whoever asked is looking.

    Refused within a minute of the last check.
    """
    newest = FailsafeRun.objects.newest_first().first()
    if newest is not None and now - newest.finished_at < PAUSE:
        raise CheckedJustNow(_("Everything was checked less than a minute ago: see below."))
    with in_the_language_of_records():
        findings = find_all(now=now)
    return keep_failsafe_run(findings=findings, started_at=now, by=by, now=clock())
