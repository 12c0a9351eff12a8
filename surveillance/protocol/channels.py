"""Which way a reminder to a patient takes: the first in order that is allowed and reaches them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from surveillance.protocol.parameters.outreach import CHANNEL_ORDER
from surveillance.protocol.terms import ReminderChannel, Tri

CONSENTS: Final[Mapping[ReminderChannel, frozenset[Tri]]] = {
    ReminderChannel.LETTER: frozenset({Tri.YES, Tri.UNKNOWN}),
    ReminderChannel.EMAIL: frozenset({Tri.YES}),
    ReminderChannel.SMS: frozenset({Tri.YES}),
}
"""The consents with which a channel may be used: a letter needs none but may be refused. PHONE is
missing on purpose: the navigator sees what the patient said about calls, and decides."""


@dataclass(frozen=True, slots=True)
class Way:
    """What is known of one way to reach a patient."""

    consent: Tri
    is_known: bool
    """An address or number is on record."""
    came_back: bool = False
    """What was sent there came back, and nobody has corrected it since."""


def reaches(channel: ReminderChannel, way: Way | None) -> bool:
    """Whether a message may and can go this way. PHONE always does: a person looks."""
    if channel == ReminderChannel.PHONE:
        return True
    if way is None or not way.is_known or way.came_back:
        return False
    return way.consent in CONSENTS[channel]


def plan_channel(
    ways: Mapping[ReminderChannel, Way],
    *,
    order: Sequence[ReminderChannel] = (),
    available: Collection[ReminderChannel],
    tried: Collection[ReminderChannel] = (),
) -> ReminderChannel:
    """The first channel of `order` (empty: the default) that this installation has and that
    reaches the patient, leaving out those `tried`; PHONE when none is left.

    A call is always possible, so somebody is always told: an opt-out or a bounce ends a channel,
    never the reminder.
    """
    offered = {*available, ReminderChannel.PHONE} - set(tried)
    for channel in order or CHANNEL_ORDER.value:
        if channel in offered and reaches(channel, ways.get(channel)):
            return channel
    return ReminderChannel.PHONE


class WhyCall(StrEnum):
    """Why a reminder is a call from the beginning."""

    PAST_LAST_DAY = "past_last_day"
    BY_A_PERSON = "by_a_person"
    CALL_COMES_FIRST = "call_comes_first"
    CAME_BACK = "address_came_back"
    NOT_AGREED = "not_agreed"
    NO_ADDRESS = "no_address"


def why_call(
    ways: Mapping[ReminderChannel, Way],
    available: Collection[ReminderChannel],
    *,
    is_past_last_day: bool,
) -> WhyCall:
    """Why none of the `ways` that this installation has could be taken: of several reasons the
    first that somebody can do something about."""
    if is_past_last_day:
        return WhyCall.PAST_LAST_DAY
    if not ways:
        return WhyCall.BY_A_PERSON
    offered = {channel: way for channel, way in ways.items() if channel in available}
    if any(reaches(channel, way) for channel, way in offered.items()):
        return WhyCall.CALL_COMES_FIRST
    if any(way.is_known and way.came_back for way in offered.values()):
        return WhyCall.CAME_BACK
    is_known = any(way.is_known for way in offered.values())
    return WhyCall.NOT_AGREED if is_known else WhyCall.NO_ADDRESS


def read_order(words: str) -> tuple[ReminderChannel, ...]:
    """The order that a site set, such as "SMS, LETTER"; words we do not know are passed over."""
    known = {channel.value: channel for channel in ReminderChannel}
    named = (word.strip().upper() for word in words.split(","))
    return tuple(known[word] for word in named if word in known)
