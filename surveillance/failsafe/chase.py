"""The chase: does anybody look?"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import chain

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_noop

from patients.models import Site
from surveillance.delivery.broker import waiting_wake_ups
from surveillance.failsafe.finding import (
    DAY,
    DIRECTORS,
    TECHNICAL,
    Check,
    Subject,
    SubjectKind,
    days_ago,
    subjects,
)
from surveillance.models import Escalation, FollowUp, FollowUpQuerySet, SweepRun
from surveillance.models.escalation import EscalationQuerySet
from surveillance.protocol.parameters.silence import PARKED_RUNS, WAKE_UPS_LEAST
from surveillance.protocol.priority import sort_key
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import EscalationClass

DANGEROUS = (EscalationClass.AT_RISK, EscalationClass.URGENT)
LAST_RUNG = 4
SITE_MARK = "site:"
BROKER_SILENT = "broker_silent"
MINUTE = timedelta(minutes=1)
CLOCKS_APART = MINUTE
"""How far the clocks of two machines may differ without one's sweeps counting for nothing."""


def _site_days(now: datetime) -> dict[date, list[int]]:
    days: dict[date, list[int]] = {}
    for site in Site.objects.all():
        days.setdefault(site.local_date(now), []).append(site.pk)
    return days


def _since(now: datetime, rows: Callable[[date], FollowUpQuerySet]) -> Iterable[object]:
    """What `rows` finds at each site, by its own day."""
    return chain.from_iterable(
        subjects(rows(day).filter(site__in=sites)) for day, sites in _site_days(now).items()
    )


def _overdue_without_escalation(now: datetime) -> Iterable[object]:
    """From the second overdue day: the first belongs to the sweep of that day."""
    raised = Escalation.objects.unresolved().filter(follow_up=OuterRef("pk"))

    def rows(day: date) -> FollowUpQuerySet:
        # By the index of the queue, which is ordered by danger: a little more than the overdue.
        front = max(sort_key(each, Window(day, day, day)) for each in DANGEROUS)
        overdue = FollowUp.objects.overdue(day - DAY).filter(sort_key__lte=front)
        return overdue.filter(~Exists(raised), escalation_class__in=DANGEROUS)

    return _since(now, rows)


def _not_looked_at(now: datetime) -> Iterable[object]:
    return _since(now, lambda day: FollowUp.objects.to_look_at(day - DAY))


def _never_looked_at(_now: datetime) -> Iterable[object]:
    rows = FollowUp.objects.open().filter(next_look_on=None)
    return subjects(rows.filter(escalation_class__in=DANGEROUS))


def last_sweep(now: datetime) -> datetime | None:
    """The last sign of life: when the newest sweep ended. One from a clock ahead of ours is none,
    or it would vouch for a dead worker until that moment comes."""
    ended = SweepRun.objects.finished().filter(kind="chase", finished_at__lte=now + CLOCKS_APART)
    return ended.values_list("finished_at", flat=True).first()


def is_sweep_stale(now: datetime) -> bool:
    """No finished run, although something has been owed for longer than a run may be away."""
    stale, last = now - settings.SWEEP_STALE_AFTER, last_sweep(now)
    if last is not None and last >= stale:
        return False
    return FollowUp.objects.open().filter(opened_at__lt=stale).exists()


def _silent_sweep(now: datetime) -> Iterable[object]:
    if is_sweep_stale(now):
        last = last_sweep(now)
        age = f"the last ended {(now - last) // MINUTE} minutes ago" if last else "none ever ended"
        yield Subject(None, "sweep", age)


def _silent_worker(now: datetime) -> Iterable[object]:
    """Wake-ups wait at the broker while no sweep ends: beat lives, the worker does not."""
    waiting = waiting_wake_ups() if is_sweep_stale(now) else 0
    if waiting is not None and waiting >= WAKE_UPS_LEAST.value:
        yield Subject(None, "worker", f"{waiting} wake-ups wait")


def _silent_broker(_now: datetime) -> Iterable[object]:
    """Asked at once, not only when sweeps have been away for long: without it nothing is woken."""
    if waiting_wake_ups() is None:
        yield Subject(None, "broker")


def _parked(_now: datetime) -> Iterable[object]:
    newest = SweepRun.objects.finished().filter(kind="chase").first()
    return _at_their_sites(newest.parked_ids if newest else [])


def _parked_again(_now: datetime) -> Iterable[object]:
    """Parked by every one of the newest sweeps."""
    runs = list(SweepRun.objects.finished().filter(kind="chase")[: PARKED_RUNS.value])
    if len(runs) < PARKED_RUNS.value:
        return []
    always = set.intersection(*(set(run.parked_ids) for run in runs))
    return _at_their_sites(sorted(always))


def _at_their_sites(parked: Sequence[str]) -> Iterable[Subject]:
    """What sweeps name as parked: follow-ups by id, and sites as 'site:slug'."""
    places: dict[str, int] = {}
    if parked:
        follow_ups = [each for each in parked if not each.startswith(SITE_MARK)]
        rows = FollowUp.objects.filter(pk__in=follow_ups).values_list("pk", "site")
        places = {str(pk): site for pk, site in rows}
        slugs = Site.objects.values_list("slug", "pk")
        places |= {f"{SITE_MARK}{slug}": pk for slug, pk in slugs}
    return (Subject(places.get(each), each) for each in parked)


def _at_the_last_rung(now: datetime) -> Iterable[object]:
    """The medical director was told and has not taken it on, or the promised day has passed."""
    for day, sites in _site_days(now).items():
        rows = Escalation.objects.awaiting_answer(day).filter(
            tier=LAST_RUNG, follow_up__closed_at=None, follow_up__site__in=sites
        )
        yield from _aged(rows, now)


def _incident_reviews(now: datetime) -> Iterable[object]:
    """So far past the last day that an incident review was opened, taken on or not."""
    reviewed = Escalation.objects.unresolved().filter(follow_up__closed_at=None)
    return _aged(reviewed.exclude(incident_review_on=None), now)


def _aged(rows: EscalationQuerySet, now: datetime) -> Iterable[Subject]:
    columns = rows.order_by("raised_at", "pk").values_list("follow_up__site", "pk", "raised_at")
    for site, pk, raised_at in columns.iterator():
        yield Subject(site, pk, f"raised {days_ago(raised_at, now)}")


CHECKS = (
    Check(
        "overdue_without_escalation",
        gettext_noop("An at-risk or urgent follow-up is overdue and nobody has been told."),
        gettext_noop("Run manage.py run_sweep; see whether worker and beat are running."),
        _overdue_without_escalation,
        kind=SubjectKind.FOLLOW_UP,
    ),
    Check(
        "follow_up_not_looked_at",
        gettext_noop(
            "A follow-up should have been looked at the day before or earlier, and was not."
        ),
        gettext_noop(
            "Run manage.py run_sweep; if it stays, the log names the follow-up and why it is "
            "parked."
        ),
        _not_looked_at,
        kind=SubjectKind.FOLLOW_UP,
    ),
    Check(
        "follow_up_never_looked_at",
        gettext_noop("An at-risk or urgent follow-up has no day on which it will be looked at."),
        gettext_noop(
            "Book it or reassign it on its page: the sweep then looks at it again. Report this."
        ),
        _never_looked_at,
        kind=SubjectKind.FOLLOW_UP,
    ),
    Check(
        "sweep_silent",
        gettext_noop("Nobody has looked for what is due for too long."),
        gettext_noop("Start worker and beat (manage.py up); run manage.py run_sweep meanwhile."),
        _silent_sweep,
        owners=TECHNICAL,
    ),
    Check(
        "sweep_parked_rows",
        gettext_noop("The newest sweep could not decide about or write some follow-ups."),
        gettext_noop("The log names each with its fault. They are tried again at every sweep."),
        _parked,
        kind=SubjectKind.FOLLOW_UP,
        owners=TECHNICAL,
    ),
    Check(
        "sweep_parked_again",
        gettext_noop("Every sweep of the last hour failed over the same follow-ups."),
        gettext_noop(
            "The log names each with its fault: correct the facts on the patient's page. Report "
            "this."
        ),
        _parked_again,
        kind=SubjectKind.FOLLOW_UP,
    ),
    Check(
        "worker_silent",
        gettext_noop(
            "Wake-ups wait at the broker and nobody answers: beat lives, the worker does not."
        ),
        gettext_noop("Start the worker (manage.py up); run manage.py run_sweep meanwhile."),
        _silent_worker,
        owners=TECHNICAL,
    ),
    Check(
        BROKER_SILENT,
        gettext_noop("The broker does not answer: nobody wakes the worker."),
        gettext_noop(
            "Start Redis or Valkey (REDIS_URL, or manage.py up); run manage.py run_sweep meanwhile."
        ),
        _silent_broker,
        owners=TECHNICAL,
    ),
    Check(
        "escalation_at_last_rung",
        gettext_noop(
            "The medical director was told, and nobody has taken it on or the promised day has "
            "passed."
        ),
        gettext_noop("Take it on, with the next action and its day; book the exam."),
        _at_the_last_rung,
        kind=SubjectKind.ESCALATION,
        owners=DIRECTORS,
    ),
    Check(
        "incident_review_open",
        gettext_noop("A follow-up is so long overdue that an incident review was opened."),
        gettext_noop("Hold the review; book the exam, or sign why none is appropriate."),
        _incident_reviews,
        kind=SubjectKind.ESCALATION,
        owners=DIRECTORS,
    ),
)
