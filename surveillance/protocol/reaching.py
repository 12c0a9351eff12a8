"""Reaching a patient: when to try again, what an answer leads to, and when nobody was reached.

Facts come as `Tried`; no clock, no calendar of its own. Nothing here ends what is owed (A-32).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from surveillance.protocol.parameters import contact
from surveillance.protocol.terms import ContactOutcome, DayPart, NextPage

DAY: Final = timedelta(days=1)
LONGEST_SEARCH: Final = 60
"""Days. A calendar without a working day in so many days is a slip of the pen."""

CALLED: Final = {"PHONE": "telephone", "IN_PERSON": "a visit"}
"""Ways in which somebody must be at home at that hour, with the words for them."""

WRITTEN: Final = {"LETTER": "letter", "EMAIL": "e-mail", "SMS": "text message", "OTHER": "other"}

NOT_REACHED: Final = frozenset(
    {
        ContactOutcome.NO_ANSWER,
        ContactOutcome.BUSY,
        ContactOutcome.VOICEMAIL,
        ContactOutcome.LEFT_WITH_OTHER,
        ContactOutcome.WRONG_NUMBER,
        ContactOutcome.NOT_IN_SERVICE,
        ContactOutcome.LETTER_SENT,
        ContactOutcome.MESSAGE_SENT,
        ContactOutcome.RETURNED,
        ContactOutcome.SENT,
    }
)
"""Attempts that count towards losing contact. A missing interpreter does not: that is ours."""

REACHED: Final = frozenset(
    {
        ContactOutcome.AGREED,
        ContactOutcome.CALL_BACK,
        ContactOutcome.DECLINED,
        ContactOutcome.FOLLOWED_ELSEWHERE,
        ContactOutcome.MOVED,
        ContactOutcome.LANGUAGE_BARRIER,
        ContactOutcome.WROTE,
    }
)
"""Somebody answered: attempts before that prove nothing any more."""

BY_VOICE: Final = frozenset({*CALLED, "OTHER"})
"""Ways in which somebody answers, or does not."""

HEARD_BY: Final = {
    ContactOutcome.VOICEMAIL: frozenset({"PHONE", "OTHER"}),
    ContactOutcome.BUSY: frozenset({"PHONE", "OTHER"}),
    ContactOutcome.NOT_IN_SERVICE: frozenset({"PHONE", "SMS", "OTHER"}),
    ContactOutcome.NO_ANSWER: BY_VOICE,
    ContactOutcome.LEFT_WITH_OTHER: BY_VOICE,
    ContactOutcome.LETTER_SENT: frozenset({"LETTER"}),
    ContactOutcome.MESSAGE_SENT: frozenset({"EMAIL", "SMS", "OTHER"}),
    ContactOutcome.SENT: frozenset(WRITTEN),
    ContactOutcome.RETURNED: frozenset(WRITTEN),
    ContactOutcome.WROTE: frozenset(WRITTEN),
}
"""On which channels an outcome can come about; one that is not named can on any. A voicemail by
letter would count as a second channel when somebody is called lost."""

LEADS_TO: Final = {
    ContactOutcome.WRONG_NUMBER: NextPage.CONTACT_DETAILS,
    ContactOutcome.NOT_IN_SERVICE: NextPage.CONTACT_DETAILS,
    ContactOutcome.RETURNED: NextPage.CONTACT_DETAILS,
    ContactOutcome.MOVED: NextPage.CONTACT_DETAILS,
    ContactOutcome.LANGUAGE_BARRIER: NextPage.CONTACT_DETAILS,
    ContactOutcome.DECLINED: NextPage.STATUS,
    ContactOutcome.DECEASED: NextPage.STATUS,
    ContactOutcome.FOLLOWED_ELSEWHERE: NextPage.OUTSIDE_CARE,
}
"""Where the person who heard it goes on. Hearing alone records none of it."""


class Tried(NamedTuple):
    """One attempt, on the site's clock."""

    on: date
    part: DayPart
    channel: str
    outcome: ContactOutcome


class NextTry(NamedTuple):
    """When somebody should try again."""

    on: date
    part: DayPart


def fits(outcome: ContactOutcome, channel: str) -> bool:
    """Whether this can have come of an attempt on that channel."""
    return channel in HEARD_BY.get(outcome, {channel})


def part_of(hour: int) -> DayPart:
    """The part of the day in which an hour (0 to 23) of the site's clock lies."""
    begun = [part for part, first in contact.DAY_PART_FROM.value.items() if first <= hour]
    return begun[-1]


def next_try(
    outcome: ContactOutcome,
    tried: Sequence[Tried],
    today: date,
    is_working: Callable[[date], bool],
    not_after: date | None = None,
) -> NextTry | None:
    """When to try again after `outcome`; None where trying again is not what comes next.

    `tried` are all attempts and this one, oldest first. After the pause that the outcome asks
    for, the weekday and the part of the day that were tried least; never after `not_after`, the
    next step of the ladder, and on a working day. With no working day left before that step, today,
    later in the day.
    """
    pause = contact.PAUSE_AFTER.value.get(outcome.value)
    if pause is None:
        return None
    calls = [each for each in tried if each.channel in CALLED]
    day = _day(calls, _working_days(today, pause, is_working), not_after)
    if day is None:
        return NextTry(today, _later(calls))
    return NextTry(day, _part(calls))


def _working_days(today: date, pause: int, is_working: Callable[[date], bool]) -> list[date]:
    """The days to choose from, the last few after the pause; those before it only in need."""
    wanted = pause + contact.NEXT_TRY_SPREAD.value - 1
    ahead = (today + DAY * days for days in range(1, LONGEST_SEARCH + 1))
    return [day for day in ahead if is_working(day)][:wanted]


def _day(calls: Sequence[Tried], days: Sequence[date], not_after: date | None) -> date | None:
    allowed = [day for day in days if not_after is None or day <= not_after]
    spread = contact.NEXT_TRY_SPREAD.value
    after_pause = [day for day in allowed if day in days[-spread:]]
    if not after_pause:
        return allowed[-1] if allowed else None
    weekdays = Counter(call.on.weekday() for call in calls)
    return min(after_pause, key=lambda day: (weekdays[day.weekday()], day))


def _part(calls: Sequence[Tried]) -> DayPart:
    """The part tried least; of equals the next one after the last call."""
    parts = list(DayPart)
    counts = Counter(call.part for call in calls)
    first = parts.index(calls[-1].part) + 1 if calls else 0
    in_turn = parts[first:] + parts[:first]
    return min(in_turn, key=lambda part: counts[part])


def _later(calls: Sequence[Tried]) -> DayPart:
    """The part of today that comes after the last call."""
    parts = list(DayPart)
    following = parts.index(calls[-1].part) + 1 if calls else 0
    return parts[min(following, len(parts) - 1)]


def missing_for_lost(tried: Iterable[Tried], today: date) -> tuple[str, ...]:
    """What is still to be tried before contact may be called lost; empty when it was all tried.

    Counted are the attempts since anybody was reached, at most `lost_within` days old. Several on
    one channel in one part of a day are one.
    """
    counted = _counted(tried, today)
    ways = {each.channel for each in counted}
    parts = {each.part for each in counted if each.channel in CALLED}
    said = []
    if len(counted) < contact.LOST_ATTEMPTS.value:
        said.append(f"{len(counted)} of {contact.LOST_ATTEMPTS.value} attempts")
    if len(ways) < contact.LOST_CHANNELS.value:
        named = " and ".join((CALLED | WRITTEN).get(way, way.lower()) for way in sorted(ways))
        said.append(f"only by {named}" if ways else "on no channel")
    if len(parts) < contact.LOST_DAY_PARTS.value:
        when = " and ".join(part.label.lower() for part in DayPart if part in parts)
        said.append(f"calls or visits only in the {when}" if parts else "no call or visit")
    return tuple(said)


def _counted(tried: Iterable[Tried], today: date) -> list[Tried]:
    since = today - DAY * contact.LOST_WITHIN.value
    counted: dict[tuple[date, str, DayPart | None], Tried] = {}
    for each in tried:
        if each.outcome in REACHED:
            counted.clear()
        elif each.outcome in NOT_REACHED and each.on >= since:
            part = each.part if each.channel in CALLED else None
            counted[each.on, each.channel, part] = each
    return list(counted.values())
