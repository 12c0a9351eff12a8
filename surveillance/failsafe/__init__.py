"""Questions whose answer must always be "none". Reads only; nothing here mends anything.

The sweep, the outbox and the seals are asked by partial index, in proportion to what is due.
Coverage (is every lesion decided about, and owed what was decided?) is asked of every lesion by
index, once an hour: it is the proof that nobody was lost, and no shorter question gives it.
Silence (a team, a feed, a worker) is judged against the site's own calendar and past.

Each finding is of one site, or of the whole installation, and has one person who answers for it:
while that person is away, their cover.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

import structlog
from django.utils.translation import gettext_noop

from patients.models import Site
from surveillance.failsafe import (
    capture,
    chase,
    coverage,
    intake,
    outbox,
    people,
    silence,
    webhooks,
)
from surveillance.failsafe.finding import NAMED, TECHNICAL, Check, Finding, Owner, Subject
from surveillance.failsafe.owners import Answerable

__all__ = ["CHECKS", "Check", "Finding", "Owner", "find_all"]

CHECKS = (
    *coverage.CHECKS,
    *chase.CHECKS,
    *people.CHECKS,
    *outbox.CHECKS,
    *capture.CHECKS,
    *silence.CHECKS,
    *intake.CHECKS,
    *webhooks.CHECKS,
)
"""Every question, in the order in which the answers are printed."""

log = structlog.get_logger(__name__)


def find_all(*, now: datetime) -> list[Finding]:
    """Everything that is wrong at `now`, per question and site; an empty list when nothing is.

    A question that crashes is itself a finding, and the others are asked all the same.
    """
    names = dict(Site.objects.values_list("pk", "name"))
    answerable = Answerable(now=now)
    return [finding for check in CHECKS for finding in _answered(check, now, names, answerable)]


def _answered(
    check: Check, now: datetime, names: dict[int, str], answerable: Answerable
) -> Iterator[Finding]:
    try:
        found = _by_site(check.ask(now))
    except Exception:
        log.exception("failsafe_check_crashed", code=check.code)
        check, found = CRASHED, {None: (1, [Subject(None, check.code)])}
    for site in sorted(found, key=lambda key: key or 0):
        count, named = found[site]
        yield Finding(
            code=check.code,
            sentence=check.sentence,
            cure=check.cure,
            count=count,
            subject_ids=tuple(str(each.id) for each in named),
            notes=tuple(each.note for each in named),
            site=site,
            site_name=names.get(site, "") if site is not None else "",
            owner=answerable.owner_of(site, check.owners),
        )


def _by_site(found: Iterable[object]) -> dict[int | None, tuple[int, list[Subject]]]:
    """How many at each site, and the first few."""
    counts: Counter[int | None] = Counter()
    named: dict[int | None, list[Subject]] = defaultdict(list)
    for each in found:
        subject = each if isinstance(each, Subject) else Subject(None, each)
        counts[subject.site] += 1
        if len(named[subject.site]) < NAMED:
            named[subject.site].append(subject)
    return {site: (count, named[site]) for site, count in counts.items()}


CRASHED = Check(
    "failsafe_check_crashed",
    gettext_noop("A question of the failsafe could not be asked."),
    gettext_noop("The log names the fault (failsafe_check_crashed). Report this."),
    lambda _now: (),
    owners=TECHNICAL,
)
