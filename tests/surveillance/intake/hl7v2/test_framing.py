"""Where a message begins and ends, however its bytes are divided between packets."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.intake.hl7v2.framing import EndlessFrame, Frame, FrameReader, Giant

START, END = b"\x0b", b"\x1c\r"
CONTENT = st.binary(max_size=40).map(lambda raw: raw.replace(b"\x0b", b"").replace(b"\x1c", b"?"))
BETWEEN = st.sampled_from([b"", b"\r", b"\n\n", b"GET / HTTP/1.1\r\n", b"\x1c\r\x1c"])


def frames(*packets: bytes, most_bytes: int = 100) -> list[Frame | Giant]:
    reader = FrameReader(most_bytes)
    return [frame for packet in packets for frame in reader.take(packet)]


@given(messages=st.lists(st.tuples(CONTENT, BETWEEN)), data=st.data())
def test_every_division_into_packets_gives_the_same_messages(
    messages: list[tuple[bytes, bytes]], data: st.DataObject
) -> None:
    stream = b"".join(between + START + raw + END for raw, between in messages)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    edges = [0, *cuts, len(stream)]
    packets = [stream[a:b] for a, b in pairwise(edges)]
    each_byte = [stream[at : at + 1] for at in range(len(stream))]

    expected = [Frame(raw) for raw, _between in messages]

    assert frames(*packets) == expected
    assert frames(*each_byte) == expected


@given(packets=st.lists(st.binary(max_size=200)), most_bytes=st.integers(10, 50))
def test_any_bytes_are_borne_and_little_is_held(packets: list[bytes], most_bytes: int) -> None:
    reader = FrameReader(most_bytes)
    for packet in packets:
        try:
            found = reader.take(packet)
        except EndlessFrame:
            return
        assert all(len(one.raw) <= most_bytes for one in found if isinstance(one, Frame))
        assert len(reader._held) <= 4096 + 1


def test_a_message_that_was_cut_off_is_not_one_and_the_next_is_whole() -> None:
    assert frames(START + b"half" + START + b"whole" + END) == [Frame(b"whole")]


def test_an_end_without_its_second_byte_is_no_end() -> None:
    assert frames(START + b"a\x1cb" + END) == [Frame(b"a\x1cb")]


@pytest.mark.parametrize("size", [1, 7, 4000])
def test_a_message_that_is_too_long_is_told_with_its_beginning_and_the_next_is_read(
    size: int,
) -> None:
    stream = START + b"x" * 101 + END + START + b"next" + END
    packets = [stream[at : at + size] for at in range(0, len(stream), size)]

    giant, following = frames(*packets)

    assert isinstance(giant, Giant)
    assert giant.head.startswith(b"x" * 90)
    assert following == Frame(b"next")


def test_the_longest_message_is_read() -> None:
    assert frames(START + b"x" * 100 + END) == [Frame(b"x" * 100)]


def test_a_message_without_end_is_given_up() -> None:
    reader = FrameReader(100)
    for packet in [START, *[b"x" * 100] * 11]:
        reader.take(packet)

    with pytest.raises(EndlessFrame):
        reader.take(b"x" * 100)
