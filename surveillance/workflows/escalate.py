"""Which escalations a follow-up needs on a day, and who is told. Decides; the sweep writes."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import filterfalse
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from patients.calendars import EVERY_DAY, Calendar
from surveillance.chase_facts import Candidate, Standing
from surveillance.chase_ladder import steps_due
from surveillance.chase_staff import Staff, accountable
from surveillance.lead_days import PROTOCOL, ChaseSettings
from surveillance.models import NotificationChannel, NotificationTemplate
from surveillance.outreach import Outreach, is_booked_in_time
from surveillance.protocol import parameters
from surveillance.protocol.ladder import LadderStep
from surveillance.workflows.notify import NewNotification, id_from
from surveillance.workflows.write_chunk import Change, NewEscalation

TOP_TIER = 4
WEEKLY_FROM = parameters.LADDER_WEEKLY_FROM.value
INCIDENT_REVIEW = f"L+{parameters.LADDER_INCIDENT_REVIEW.value}"
OVERDUE = "L+1"


class Moment(NamedTuple):
    """When and where a look is taken: the site's day, the moment, who is in post there, and the
    numbers of its own chase.

    What falls on the closed days that follow is done today (8.1): steps are owed by `reach`.
    """

    day: date
    now: datetime
    zone: ZoneInfo
    staff: Staff
    calendar: Calendar = EVERY_DAY
    settings: ChaseSettings = PROTOCOL
    outreach: Outreach = Outreach()

    @property
    def reach(self) -> date:
        """The last day for which today must do."""
        return self.calendar.reach(self.day)


class Escalated(NamedTuple):
    """What is to be written for one follow-up."""

    raise_: tuple[NewEscalation, ...] = ()
    change: tuple[Change, ...] = ()
    tell: tuple[NewNotification, ...] = ()
    is_booked_in_time: bool = False


def escalate(
    *, candidate: Candidate, standing: Mapping[int, Standing], moment: Moment
) -> Escalated:
    """Raise today's tier, once, with one owner; record tiers that were passed over as SKIPPED.

    Booked in time: nothing is owed and what is open ends. A tier that ended because of a booking
    is raised again when the booking is gone. Messages: when a tier is raised, on the first
    overdue day, weekly on the top tier, for an incident review, and when an acknowledgement has
    run out. An acknowledgement silences its own tier only. What comes back below a tier that
    stands is a line of its owner's digest: whoever stands above has the case (ADR 0027).
    """
    if is_booked_in_time(candidate.booked_for, candidate.latest_on, moment.day):
        return Escalated(is_booked_in_time=any(each.is_open for each in standing.values()))
    parts = [*_climb(candidate, standing, moment), *_handed_over(candidate, standing, moment)]
    return Escalated(
        raise_=tuple(raised for part in parts for raised in part.raise_),
        change=tuple(change for part in parts for change in part.change),
        tell=(
            *(told for part in parts for told in part.tell),
            *_returned(standing, _highest_held(standing, top, owner, moment), moment),
        ),
    )


def _climb(
    candidate: Candidate, standing: Mapping[int, Standing], moment: Moment
) -> Iterator[Escalated]:
    """What today's steps ask for. A tier that stands above them (a day in the past is looked at
    again, the site's ladder is later than it was, the plan has changed) stays the one that is told.
    """
    steps = ladder_steps(candidate, moment)
    if not steps:
        return
    top = max(filterfalse(_is_review, steps), key=lambda step: (step.tier, step.due_on))
    above = [each for each in standing.values() if each.is_open and each.tier > top.tier]
    if above:
        yield _say_again(candidate, max(above, key=lambda each: each.tier), top, moment)
        return
    present = standing.get(top.tier)
    declined = present.declined if present else frozenset()
    owner = accountable(top.tier, candidate, moment.staff, declined)
    yield Escalated(raise_=tuple(_skipped(candidate, steps, top.tier, standing)))
    if present is None:
        yield _raise_first(candidate, top, owner, moment)
    elif not present.is_open:
        yield _raise_again(candidate, present, owner, moment)
    else:
        yield _say_again(candidate, present, top, moment)
    yield _incident_review(candidate, steps, present, owner, moment)


def ladder_steps(candidate: Candidate, moment: Moment) -> tuple[LadderStep, ...]:
    """The steps owed by today's reach, when the follow-up is not booked in time.

    A later appointment counts as none; so does one that has passed without an exam.
    """
    return steps_due(
        candidate.columns,
        moment.reach,
        candidate.owed_since,
        candidate.twice_missed_on,
        moment.settings.ladder_days_earlier,
    )


def acknowledged_looks(standing: Mapping[int, Standing], day: date) -> Iterator[date]:
    """The days on which an acknowledgement that still runs will have run out."""
    for each in standing.values():
        if each.is_open and each.acknowledged_until and each.acknowledged_until >= day:
            yield each.acknowledged_until + timedelta(days=1)


def escalation_id(follow_up: UUID, tier: int) -> str:
    """The id of the one escalation of this follow-up on this tier."""
    return id_from(f"escalation:{follow_up}:{tier}")


def _skipped(
    candidate: Candidate,
    steps: tuple[LadderStep, ...],
    top: int,
    standing: Mapping[int, Standing],
) -> Iterator[NewEscalation]:
    """Lower tiers whose day passed while nobody looked (I29)."""
    first_of_tier = {step.tier: step for step in reversed(steps)}
    for tier, step in sorted(first_of_tier.items()):
        if tier < top and tier not in standing:
            yield NewEscalation(
                id=escalation_id(candidate.id, tier),
                tier=tier,
                step=step.key,
                owner_id=None,
                is_skipped=True,
            )


def _raise_first(
    candidate: Candidate, top: LadderStep, owner: int | None, moment: Moment
) -> Escalated:
    raised = NewEscalation(
        id=escalation_id(candidate.id, top.tier),
        tier=top.tier,
        step=top.key,
        owner_id=owner,
        is_skipped=False,
    )
    key = f"escalation:{candidate.id}:T{top.tier}"
    template = NotificationTemplate.ESCALATION_RAISED
    return Escalated(raise_=(raised,), tell=_tell(raised.id, owner, template, key, moment))


def _raise_again(
    candidate: Candidate, present: Standing, owner: int | None, moment: Moment
) -> Escalated:
    values = {
        "owner_id": owner,
        "raised_at": moment.now,
        "resolved_at": None,
        "resolution": "",
        "acknowledged_at": None,
        "acknowledged_by": None,
        "acknowledged_until": None,
        "next_action": "",
    }
    key = f"escalation:{candidate.id}:T{present.tier}:{moment.day}"
    template = NotificationTemplate.ESCALATION_RAISED
    return Escalated(
        change=(Change(present.id.hex, "escalation_raised_again", values),),
        tell=_tell(present.id.hex, owner, template, key, moment),
    )


def _say_again(
    candidate: Candidate, present: Standing, top: LadderStep, moment: Moment
) -> Escalated:
    """A standing tier is told again where the ladder does, unless it is acknowledged."""
    is_silenced = present.acknowledged_until and present.acknowledged_until >= moment.day
    raised_on = present.raised_at.astimezone(moment.zone).date()
    covered = moment.calendar.reach(raised_on)
    if is_silenced or top.due_on <= covered or not _is_said_again(top):
        return Escalated()
    key = f"escalation:{candidate.id}:{top.key}"
    template = NotificationTemplate.ESCALATION_RAISED
    return Escalated(tell=_tell(present.id.hex, present.owner_id, template, key, moment))


def _handed_over(
    candidate: Candidate, standing: Mapping[int, Standing], moment: Moment
) -> Iterator[Escalated]:
    """Open escalations whose owner is in no post of their tier any more go to somebody who is, and
    is told."""
    template = NotificationTemplate.ESCALATION_RAISED
    for each in standing.values():
        if not each.is_open or moment.staff.has(each.owner_id, each.tier):
            continue
        owner = accountable(each.tier, candidate, moment.staff, each.declined)
        if owner is not None:
            key = f"escalation:{candidate.id}:T{each.tier}:to:{owner}:{moment.day}"
            yield Escalated(
                change=(Change(each.id.hex, "escalation_handed_over", {"owner_id": owner}),),
                tell=_tell(each.id.hex, owner, template, key, moment),
            )


def _is_said_again(step: LadderStep) -> bool:
    """A standing tier is told again on the first overdue day, and weekly at the top."""
    if step.key == OVERDUE:
        return True
    return step.tier == TOP_TIER and int(step.key.removeprefix("L+")) >= WEEKLY_FROM


def _is_review(step: LadderStep) -> bool:
    return step.tier == TOP_TIER and step.key == INCIDENT_REVIEW


def _incident_review(
    candidate: Candidate,
    steps: tuple[LadderStep, ...],
    present: Standing | None,
    owner: int | None,
    moment: Moment,
) -> Escalated:
    """Open an incident review once, whatever was acknowledged."""
    is_open_already = present is not None and present.incident_review_on is not None
    if is_open_already or not any(map(_is_review, steps)):
        return Escalated()
    escalation = escalation_id(candidate.id, TOP_TIER) if present is None else present.id.hex
    key = f"incident-review:{candidate.id}"
    template = NotificationTemplate.INCIDENT_REVIEW
    return Escalated(
        change=(Change(escalation, "incident_review_opened", {"incident_review_on": moment.day}),),
        tell=_tell(escalation, owner, template, key, moment),
    )


def _highest_held(
    standing: Mapping[int, Standing], top: LadderStep, owner: int | None, moment: Moment
) -> int:
    """The highest tier for which somebody in post answers; 0: none."""
    held = [each.tier for each in standing.values() if _is_held(each, moment)]
    return max((*held, 0 if owner is None else top.tier))


def _is_held(each: Standing, moment: Moment) -> bool:
    return each.is_open and moment.staff.has(each.owner_id)


def _returned(
    standing: Mapping[int, Standing], highest: int, moment: Moment
) -> Iterator[NewNotification]:
    """Acknowledged, and nothing had happened by the date that was given.

    Who has no address for a digest is told in the application, whatever stands above.
    """
    for each in standing.values():
        until = each.acknowledged_until
        if each.is_open and until and until < moment.day:
            key = f"returned:{each.id}:{until}"
            template = NotificationTemplate.ESCALATION_RETURNED
            told = _tell(each.id.hex, each.owner_id, template, key, moment)
            by_email = tuple(one for one in told if one.channel == NotificationChannel.EMAIL)
            yield from (by_email if each.tier < highest and by_email else told)


def _tell(
    escalation: str,
    owner: int | None,
    template: NotificationTemplate,
    key: str,
    moment: Moment,
) -> tuple[NewNotification, ...]:
    """Inside the application always, and by e-mail where there is an address: the owner, or who
    stands in."""
    recipient = moment.staff.answering(owner)
    if recipient is None:
        return ()
    channels = [NotificationChannel.IN_APP]
    if recipient in moment.staff.with_email:
        channels.append(NotificationChannel.EMAIL)
    return tuple(
        NewNotification(
            channel=channel.value,
            template=template.value,
            dedupe_key=f"{key}:{channel.value}",
            recipient_id=recipient,
            escalation_id=escalation,
        )
        for channel in channels
    )
