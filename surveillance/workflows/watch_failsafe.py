"""Ask every question of the failsafe, keep the answers, and tell people.

A database that does not answer is itself a finding, told by the same paths at each check. Who was
told is noted on this machine; the first check that finds the database again enters the note in it,
and tells the same people that it is over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError

from surveillance.delivery.outage_note import note_outage
from surveillance.failsafe import Finding, find_all
from surveillance.workflows.enter_outage import enter_outage
from surveillance.workflows.keep_failsafe_run import keep_failsafe_run
from surveillance.workflows.tell_findings import Told, tell_findings

UNREACHABLE = Finding(
    code="database_unreachable",
    sentence="The database does not answer, so nothing can be looked at and nobody is chased.",
    cure="Start the database: see DATABASE_URL, disk and log (one that was never made: manage.py "
    "migrate). /readyz says when it is back.",
    count=1,
    subject_ids=("database",),
    notes=("",),
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Watched:
    """What was found, and who heard of it."""

    findings: tuple[Finding, ...]
    told: Told


def watch_failsafe(*, now: datetime, clock: Callable[[], datetime]) -> Watched:
    """Find, keep and tell; `clock` says when the answers were there. Nothing is mended here.

    Never raises because the database is away: then `database_unreachable` is found and told.
    """
    try:
        findings = find_all(now=now)
        run = keep_failsafe_run(findings=findings, started_at=now, by=None, now=clock())
        enter_outage(code=UNREACHABLE.code, folder=settings.DATA_DIR)
        told = tell_findings(findings=findings, run=run, now=run.finished_at)
    except (DatabaseError, InterfaceError) as error:
        log.exception("failsafe_database_unreachable", reason=type(error).__name__)
        told = tell_findings(findings=[UNREACHABLE], run=None, now=now)
        note_outage(settings.DATA_DIR, told=told.reached, now=now)
        return Watched((UNREACHABLE,), told)
    return Watched(tuple(findings), told)
