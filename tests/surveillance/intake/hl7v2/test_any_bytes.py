"""Whatever the bytes: a message is read, waits, or is refused, and there is always an answer."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from surveillance.arrivals import Unmapped
from surveillance.arrivals_json import arrival_as_json, arrival_from_json
from surveillance.intake.hl7v2.acknowledgement import acknowledge
from surveillance.intake.hl7v2.reading import header_of, read_message
from tests.surveillance.intake.hl7v2.messages import EXPECTED, stored

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FRAMES = b"\x0b\x1c\x00\n"
MESSAGES = st.sampled_from(sorted(EXPECTED))
PIECES = st.sampled_from(
    [b"|", b"^", b"~", b"\\", b"&", b"\r", b"\n", b"\x00", b'""', b"\\X00\\", b"\\.br\\",
     b"-0500", b"99999999999999", b"\x1c\r", b"\xff", "\u202e".encode(), b"\rADD|", b"\rMSH|",
     b"\rPID|", b"\rDSC|1", b"\rOBX|1|NM|SIZE||1e9"]
)  # fmt: skip


def check(raw: bytes, name: str = "adt_231_a01") -> None:
    """Always parts or a problem; what is kept can be kept; the answer fits into a frame."""
    read = read_message(raw, EXPECTED[name].get("mapping", {}))

    assert read.parts or read.problems
    for part in read.parts:
        if isinstance(part, Unmapped):
            assert part.code
            assert part.problem
            assert "\x00" not in part.problem + part.key + part.mrn
            continue
        kept = json.dumps(arrival_as_json(part))
        assert "\\u0000" not in kept
        assert arrival_from_json(json.loads(kept)) == part
        assert part.person.mrn
        assert part.said_at.utcoffset() is not None
    ack = acknowledge(raw, read.code, read.problems, now=NOW, control_id="1")
    assert not set(ack) & set(FRAMES)
    assert len(ack) < 20_000
    assert (header_of(raw) is None) == (read.code == "AR")


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes(raw: bytes, begins_well: bool) -> None:
    check(b"MSH|^~\\&|" + raw if begins_well else raw)


@given(MESSAGES, st.data())
def test_truncated_messages(name: str, data: st.DataObject) -> None:
    raw = stored(name)

    check(raw[: data.draw(st.integers(0, len(raw)))], name)


@given(MESSAGES, st.data())
def test_mutated_messages(name: str, data: st.DataObject) -> None:
    raw = stored(name)
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(raw)))
        stop = data.draw(st.integers(start, min(len(raw), start + 30)))
        raw = raw[:start] + data.draw(PIECES | st.binary(max_size=8)) + raw[stop:]

    check(raw, name)


@given(MESSAGES, st.data())
def test_shuffled_segments(name: str, data: st.DataObject) -> None:
    first, *rest = stored(name).replace(b"\r\n", b"\r").replace(b"\n", b"\r").split(b"\r")

    check(b"\r".join([first, *data.draw(st.permutations(rest))]), name)
