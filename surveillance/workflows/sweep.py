"""Look at every follow-up for which something may be due, and write what is due.

0. What time alone has changed (a birthday, an expired override) is decided about again, and papers
   that are late (an acknowledgement, a final report) are asked for, once a day.
1. Each site has its own day and calendar; what falls on the closed days that follow is done today.
   Sites that are alike in both are looked at together. Follow-ups with an escalation whose owner
   left, and everything at a site that changed its lead times or its ladder, are looked at today.
2. Read follow-ups whose `next_look_on` has come, in chunks, without locks. It is only a hint: what
   is owed is decided from the window, the day and what was raised already.
3. `remind`, `prompt` and `escalate` decide. A follow-up that cannot be decided is parked.
4. Write a chunk in one transaction. If that fails, write its follow-ups one by one and park those
   that fail; the others move on.
5. Parked follow-ups keep their `next_look_on`, are named on the run, and are looked at again by the
   next one. Whoever changes a follow-up in the meantime wins; it too is looked at again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from time import monotonic
from typing import NamedTuple, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.db import DataError, IntegrityError, InternalError, OperationalError

from patients.calendars import Calendar, calendars_of
from patients.models import Site
from patients.prepared import Prepared, slot
from surveillance.chase_facts import (
    Candidate,
    Standing,
    Waiting,
    candidates_in_chunks,
    read_standing,
    read_waiting,
)
from surveillance.chase_ladder import next_step_on
from surveillance.chase_staff import read_staff
from surveillance.delivery.available import available
from surveillance.lead_days import settings_of
from surveillance.models import SweepRun
from surveillance.outreach import is_booked_in_time, outreach_of
from surveillance.protocol.ladder import ReminderStep
from surveillance.workflows.adopt_follow_ups import adopt_follow_ups
from surveillance.workflows.chase_paperwork import chase_paperwork
from surveillance.workflows.escalate import Escalated, Moment, acknowledged_looks, escalate
from surveillance.workflows.notify import NewNotification
from surveillance.workflows.prompt import next_prompt_on, prompt
from surveillance.workflows.reassess_changed_by_time import reassess_changed_by_time
from surveillance.workflows.remind import remind, reminder_due
from surveillance.workflows.tell_of_absences import tell_of_absences
from surveillance.workflows.wake_follow_ups import wake_follow_ups
from surveillance.workflows.write_chunk import Decision, write_chunk

MOST_IDS_NAMED = 1000

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Tally:
    """What a run has done so far."""

    looked_at: int = 0
    acted_on: int = 0
    parked: list[str] = field(default_factory=list)


_NEWEST_RUN = Prepared(lambda: SweepRun.objects.finished().filter(kind=slot(SweepRun, "kind"))[:1])


def sweep(
    *, now: datetime, site: Site | None = None, chunk: int = 2000, kind: str = "chase"
) -> SweepRun:
    """One pass over what is due at `now`, for one site or all; a second one changes nothing.

    `kind` names the run: a replay of another day must not pass for proof that somebody looked.
    """
    stopwatch = monotonic()
    previous = _NEWEST_RUN.first(kind=kind) if site is None else None
    since = _changes_since(previous, now, site)
    run = SweepRun.objects.create(kind=kind, started_at=now)
    tally = Tally()
    for group in sites_alike(now, site):
        _decide_again(group.sites.values(), previous, now, tally)
        _adopt(group.sites.values(), now, tally)
        wake_follow_ups(sites=group.sites.values(), day=group.day, since=since)
        moments = Moments(group, now)
        for candidates in candidates_in_chunks(group.reach, list(group.sites), chunk):
            look_at(candidates, moments, tally)
    run.looked_at = tally.looked_at
    run.acted_on = tally.acted_on
    run.parked = len(tally.parked)
    run.parked_ids = tally.parked[:MOST_IDS_NAMED]
    run.finished_at = now + timedelta(seconds=monotonic() - stopwatch)
    run.save()
    return run


def _changes_since(previous: SweepRun | None, now: datetime, site: Site | None) -> datetime | None:
    """From when on a change of a site's numbers is news; None: ever. One site's own run does not
    know of the runs before it, and leaves older changes to the run over all sites."""
    if previous is not None:
        return previous.started_at
    return None if site is None else now - timedelta(days=1)


class Group(NamedTuple):
    """Sites that share a local day and the closed days after it: today does for all of those."""

    day: date
    reach: date
    sites: dict[int, Site]
    calendars: dict[int, Calendar]


_ALL_SITES = Prepared(Site.objects.all)


def sites_alike(now: datetime, site: Site | None) -> list[Group]:
    """The sites, or the one, by day and reach, the earliest day first."""
    sites = [site] if site is not None else _ALL_SITES.ask()
    calendars = calendars_of(sites)
    found: dict[tuple[date, date], dict[int, Site]] = defaultdict(dict)
    for each in sites:
        day = each.local_date(now)
        found[day, calendars[each.pk].reach(day)][each.pk] = each
    return [Group(*days, found[days], calendars) for days in sorted(found)]


def _decide_again(
    sites: Iterable[Site], previous: SweepRun | None, now: datetime, tally: Tally
) -> None:
    """Once a day and site; again when the run before could not do everything."""
    done_at = previous.started_at if previous is not None and not previous.parked else None
    for site in sites:
        if done_at is not None and site.local_date(done_at) == site.local_date(now):
            continue
        # A lesion that cannot be decided about must not keep everybody else from being chased.
        with _parked_if_it_fails(site, "site_not_decided_again", tally):
            reassess_changed_by_time(site=site, now=now)
            chase_paperwork(site=site, now=now)


def _adopt(sites: Iterable[Site], now: datetime, tally: Tally) -> None:
    """Somebody must answer for everything that is open, and know of it."""
    for site in sites:
        with _parked_if_it_fails(site, "site_without_adoption", tally):
            adopt_follow_ups(site=site, now=now)
            tell_of_absences(site=site, now=now)


@contextmanager
def _parked_if_it_fails(site: Site, event: str, tally: Tally) -> Iterator[None]:
    """One site's trouble is logged, counted and tried again; the others move on."""
    try:
        yield
    except Exception:
        log.exception(event, site=site.slug)
        tally.parked.append(f"site:{site.slug}")


class Look(NamedTuple):
    """What a look at one follow-up found."""

    candidate: Candidate
    moment: Moment
    standing: Mapping[int, Standing]
    escalated: Escalated
    prompts: tuple[NewNotification, ...]
    reminder: ReminderStep | None

    @property
    def id(self) -> UUID:
        """The follow-up's."""
        return self.candidate.id


L = TypeVar("L", Candidate, Look)
R = TypeVar("R")


class Moments:
    """The moment of a look, per site; who is in post is read once per site and run."""

    def __init__(self, group: Group, now: datetime) -> None:
        self.now = now
        self._group = group
        self._known: dict[int, Moment] = {}

    def at(self, site: int) -> Moment:
        """The moment at that site."""
        if site not in self._known:
            group = self._group
            here = group.sites[site]
            self._known[site] = Moment(
                day=group.day,
                now=self.now,
                zone=ZoneInfo(here.time_zone),
                staff=read_staff(site, group.day),
                calendar=group.calendars[site],
                settings=settings_of(here),
                outreach=outreach_of(here, available()),
            )
        return self._known[site]


def look_at(candidates: Sequence[Candidate], moments: Moments, tally: Tally) -> None:
    """Decide and write one chunk."""
    tally.looked_at += len(candidates)
    standing = read_standing(candidate.id for candidate in candidates)

    def begin(candidate: Candidate) -> Look:
        moment = moments.at(candidate.site_id)
        raised = standing.get(candidate.id, {})
        escalated = escalate(candidate=candidate, standing=raised, moment=moment)
        prompts = prompt(candidate=candidate, standing=raised, told=escalated.tell, moment=moment)
        reminder = reminder_due(candidate, moment)
        return Look(candidate, moment, raised, escalated, prompts, reminder)

    looks = list(_unless_it_fails(begin, candidates, tally))
    others = read_waiting(look.candidate.patient_id for look in looks if look.reminder)

    def decide(look: Look) -> Decision:
        return _decision(look, others.get(look.candidate.patient_id, []))

    _write(list(_unless_it_fails(decide, looks, tally)), moments.now, tally)


def _unless_it_fails(work: Callable[[L], R], each_of: Iterable[L], tally: Tally) -> Iterator[R]:
    """Results of `work`; what cannot be decided is parked and stops nothing behind it."""
    for one in each_of:
        try:
            result = work(one)
        except Exception:
            _park(one.id, tally)
        else:
            yield result


def _park(follow_up: UUID, tally: Tally) -> None:
    log.exception("follow_up_parked", follow_up_id=str(follow_up))
    tally.parked.append(str(follow_up))


def _decision(look: Look, others: Sequence[Waiting]) -> Decision:
    candidate, moment, escalated = look.candidate, look.moment, look.escalated
    reminders: tuple[NewNotification, ...] = ()
    if look.reminder is not None:
        reminders = remind(candidate=candidate, step=look.reminder, others=others, moment=moment)
    return Decision(
        follow_up_id=candidate.id,
        version=candidate.version,
        seen_next_look_on=candidate.next_look_on,
        next_look_on=next_look(candidate, look.standing, moment),
        raise_=escalated.raise_,
        change=escalated.change,
        tell=(*escalated.tell, *look.prompts, *reminders),
        is_booked_in_time=escalated.is_booked_in_time,
    )


def next_look(
    candidate: Candidate, standing: Mapping[int, Standing], moment: Moment
) -> date | None:
    """The first day on which something may be owed that today has not done.

    A step of the ladder, a reminder, a missing order or booking, the day after an appointment,
    the day on which an acknowledgement has run out.
    """
    booked_for, day = candidate.booked_for, moment.day
    days: list[date | None] = [*acknowledged_looks(standing, day)]
    if booked_for is not None and booked_for >= day:
        days.append(booked_for + timedelta(days=1))
    else:
        booked_for = None
    if not is_booked_in_time(booked_for, candidate.latest_on, day):
        days.append(next_prompt_on(candidate, moment))
    earlier = moment.settings.ladder_days_earlier
    days.append(
        next_step_on(candidate.columns, moment.reach, candidate.owed_since, booked_for, earlier)
    )
    return min((each for each in days if each is not None), default=None)


def _write(decisions: Sequence[Decision], now: datetime, tally: Tally) -> None:
    """Write the chunk; if the database refuses it, one by one."""
    try:
        moved = write_chunk(decisions=decisions, now=now)
    except (IntegrityError, DataError, InternalError, OperationalError):
        log.warning("chunk_refused", decisions_count=len(decisions), exc_info=True)
        moved = _write_one_by_one(decisions, now, tally)
    tally.acted_on += sum(each.acts for each in decisions if each.follow_up_id in moved)


def _write_one_by_one(decisions: Sequence[Decision], now: datetime, tally: Tally) -> set[UUID]:
    """Write what can be written. A database that does not answer at all ends the run."""
    moved: set[UUID] = set()
    for decision in decisions:
        try:
            moved |= write_chunk(decisions=[decision], now=now)
        except (IntegrityError, DataError, InternalError):
            _park(decision.follow_up_id, tally)
    return moved
