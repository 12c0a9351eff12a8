"""Which way a reminder takes, when it may leave, and what an answer means."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.protocol.channels import (
    Way,
    WhyCall,
    plan_channel,
    reaches,
    read_order,
    why_call,
)
from surveillance.protocol.parameters.outreach import CHANNEL_ORDER, MESSAGE_HOURS, OUTREACH
from surveillance.protocol.quiet_hours import Hours, allowed_from, message_hours
from surveillance.protocol.replies import OPT_IN, OPT_OUT, Reply, read_reply
from surveillance.protocol.terms import ReminderChannel, Tri

LETTER, EMAIL, SMS, PHONE = (
    ReminderChannel.LETTER,
    ReminderChannel.EMAIL,
    ReminderChannel.SMS,
    ReminderChannel.PHONE,
)
ALL = frozenset(ReminderChannel)
OPEN = Way(Tri.YES, is_known=True)

ways = st.dictionaries(
    st.sampled_from([LETTER, EMAIL, SMS]),
    st.builds(Way, st.sampled_from(Tri), st.booleans(), st.booleans()),
)
channels = st.sets(st.sampled_from(ReminderChannel))
orders = st.lists(st.sampled_from(ReminderChannel), unique=True)


def test_paper_comes_before_anything_electronic_and_a_call_is_what_remains() -> None:
    everything = dict.fromkeys([LETTER, EMAIL, SMS], OPEN)

    tried: list[ReminderChannel] = []
    for _ in range(5):
        tried.append(plan_channel(everything, available=ALL, tried=tried))

    assert tried == [LETTER, EMAIL, SMS, PHONE, PHONE]


@pytest.mark.parametrize(
    ("channel", "consent", "expected"),
    [
        pytest.param(LETTER, Tri.UNKNOWN, True, id="letter needs no consent"),
        pytest.param(LETTER, Tri.NO, False, id="letter may be refused"),
        pytest.param(EMAIL, Tri.UNKNOWN, False, id="e-mail needs consent"),
        pytest.param(SMS, Tri.UNKNOWN, False, id="text needs consent"),
        pytest.param(SMS, Tri.YES, True, id="text with consent"),
        pytest.param(PHONE, Tri.NO, True, id="a person looks before calling"),
    ],
)
def test_consent_each_channel_needs(channel: ReminderChannel, consent: Tri, expected: bool) -> None:
    assert reaches(channel, Way(consent, is_known=True)) is expected


def test_an_address_from_which_a_message_came_back_reaches_nobody() -> None:
    assert not reaches(EMAIL, Way(Tri.YES, is_known=True, came_back=True))
    assert not reaches(EMAIL, Way(Tri.YES, is_known=False))
    assert not reaches(EMAIL, None)


@given(ways=ways, order=orders, available=channels, tried=channels)
def test_the_chosen_channel_is_allowed_available_and_new_or_a_call(ways, order, available, tried):
    chosen = plan_channel(ways, order=order, available=available, tried=tried)

    if chosen != PHONE:
        assert chosen in available - tried
        assert chosen in (order or CHANNEL_ORDER.value)
        assert reaches(chosen, ways.get(chosen))


@given(ways=ways, order=orders, available=channels, tried=channels)
def test_taking_a_consent_away_never_ends_the_reminder(ways, order, available, tried):
    refused = {channel: Way(Tri.NO, way.is_known) for channel, way in ways.items()}

    assert plan_channel(refused, order=order, available=available, tried=tried) == PHONE


def test_order_of_a_site_is_read_in_any_case_and_what_is_unknown_passed_over() -> None:
    assert read_order("sms, LETTER,pigeon") == (SMS, LETTER)
    assert read_order("") == ()


def test_a_site_that_calls_first_only_calls() -> None:
    chosen = plan_channel({EMAIL: OPEN}, order=(PHONE, EMAIL), available=ALL)

    assert chosen == PHONE


def test_parameters_of_outreach_say_where_they_come_from() -> None:
    assert all(each.cites and each.note and each.unit for each in OUTREACH)


# ---------------------------------------------------------------- hours

ZONES = sorted(available_timezones())
HOURS = message_hours()
moments = st.datetimes(datetime(2011, 12, 25), datetime(2040, 1, 1), timezones=st.just(UTC))


@given(moment=moments, name=st.sampled_from(ZONES), opens=st.integers(9, 17))
def test_a_message_leaves_in_the_hours_and_at_the_first_moment_that_it_may(moment, name, opens):
    zone, hours = ZoneInfo(name), Hours(opens, 18)

    allowed = allowed_from(moment, zone, hours)

    assert allowed >= moment
    assert hours.are_open(allowed.astimezone(zone))
    assert (allowed == moment) is hours.are_open(moment.astimezone(zone))
    if allowed != moment:
        assert allowed - moment < timedelta(hours=50)  # a date line may swallow a day
        assert not hours.are_open((allowed - timedelta(seconds=1)).astimezone(zone))


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        pytest.param("2026-08-31T08:59:59", "UTC", "2026-08-31T09:00:00", id="just before"),
        pytest.param("2026-08-31T17:59:59", "UTC", "2026-08-31T17:59:59", id="just inside"),
        pytest.param("2026-08-31T18:00:00", "UTC", "2026-09-01T09:00:00", id="just after"),
        pytest.param("2026-03-28T23:00", "Europe/London", "2026-03-29T08:00", id="spring forward"),
        pytest.param("2026-10-24T23:00", "Europe/London", "2026-10-25T09:00", id="back"),
        pytest.param("2011-12-30T05:00", "Pacific/Apia", "2011-12-30T19:00", id="a day left out"),
    ],
)
def test_awkward_moments(moment: str, zone: str, expected: str) -> None:
    allowed = allowed_from(datetime.fromisoformat(f"{moment}+00:00"), ZoneInfo(zone), HOURS)

    assert allowed == datetime.fromisoformat(f"{expected}+00:00")


def test_a_site_tightens_the_hours_and_never_widens_them() -> None:
    assert message_hours(11, 15) == Hours(11, 15)
    assert message_hours(5, 23) == Hours(*MESSAGE_HOURS.value)


def test_hours_that_never_open_are_refused() -> None:
    with pytest.raises(ValueError, match="no message may leave"):
        allowed_from(datetime(2026, 1, 1, tzinfo=UTC), UTC, Hours(12, 12))


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize(
    "text",
    [
        "STOP", "stop", "Stop.", " STOP! ", "“stop”", "STOP please", "Stop texting me", "stop all",
        "UNSUBSCRIBE", "Opt-out", "opt out", "QUIT", "end", "CANCEL", "revoke",
        "BAJA", "baja por favor", "Dar de baja", "ALTO", "¡Alto!", "PARAR", "pare", "NO MÁS",
        "no mas mensajes", "Cancelar", "STOP STOP STOP", "Stop. Stop!", "no more texts",
        "please remove me",
    ],
)  # fmt: skip
def test_stops(text: str) -> None:
    assert read_reply(text) is Reply.OPT_OUT


@pytest.mark.parametrize("text", ["START", "Unstop", "ALTA", "¡alta!", "start please", "opt in"])
def test_starts(text: str) -> None:
    assert read_reply(text) is Reply.OPT_IN


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "?", "please", "I will stop by tomorrow", "When does it end?", "Yes", "No",
        "don't stop", "Starting Monday", "Para qué es la cita", "I need to cancel my appointment",
    ],
)  # fmt: skip
def test_anything_else_is_for_a_person(text: str) -> None:
    assert read_reply(text) is Reply.OTHER


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert read_reply(text) in Reply


@given(st.sampled_from(sorted(OPT_OUT | OPT_IN)), st.sampled_from(["", ".", "!", " "]))
def test_case_and_punctuation_do_not_matter(word: str, end: str) -> None:
    assert read_reply(word.upper() + end) == read_reply(word) != Reply.OTHER


@pytest.mark.parametrize(
    ("way", "why"),
    [
        (Way(Tri.YES, is_known=True), WhyCall.CALL_COMES_FIRST),
        (Way(Tri.YES, is_known=True, came_back=True), WhyCall.CAME_BACK),
        (Way(Tri.NO, is_known=True), WhyCall.NOT_AGREED),
        (Way(Tri.NO, is_known=False), WhyCall.NO_ADDRESS),
    ],
)
def test_why_a_reminder_is_a_call(way: Way, why: WhyCall) -> None:
    ways, letter = {ReminderChannel.LETTER: way}, {ReminderChannel.LETTER}

    assert why_call(ways, letter, is_past_last_day=False) is why
    assert why_call(ways, letter, is_past_last_day=True) is WhyCall.PAST_LAST_DAY
    assert why_call({}, letter, is_past_last_day=False) is WhyCall.BY_A_PERSON
    assert why_call(ways, (), is_past_last_day=False) is WhyCall.NO_ADDRESS
