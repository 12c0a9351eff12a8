"""Every message of the library says what is expected of it; the `hl7` library splits it alike."""

from typing import Any

import hl7
import pytest

from surveillance.arrivals import Arrival, Unmapped
from surveillance.arrivals_json import arrival_as_json
from surveillance.intake.hl7v2.header import header_of
from surveillance.intake.hl7v2.mapping import validate_mapping
from surveillance.intake.hl7v2.reading import read_message
from surveillance.intake.hl7v2.splitting import split_message
from surveillance.models import IntakeFeed, IntakeItem, IntakeMessage, MessageFormat
from surveillance.workflows.keep_message import keep_message
from tests.factories import NOW, SiteFactory
from tests.surveillance.intake.hl7v2.messages import EXPECTED, LIBRARY, stored

READ_OTHERWISE = {
    "oru_231_line_feeds_in_text": "lines that begin no segment go on with the one before",
    "oru_251_add_continued": "so does an ADD segment",
    "oru_23_nothing_declared_latin1": "quotes of Windows-1252 in what should be Latin-1",
}


def as_json(part: Arrival | Unmapped) -> dict[str, Any]:
    if not isinstance(part, Unmapped):
        return arrival_as_json(part)
    at = part.said_at.isoformat() if part.said_at else None
    named = {"code": part.code, "where": part.where, "mrn": part.mrn, "key": part.key}
    return {"unmapped": part.kind.value, **named, "said_at": at}


def test_every_message_has_an_expectation() -> None:
    assert {path.stem for path in LIBRARY.glob("*.hl7")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_message_says_what_is_expected(name: str) -> None:
    expected = EXPECTED[name]

    read = read_message(stored(name), expected.get("mapping", {}))

    told = [f"{one.severity} {one.code} {one.where}".strip() for one in read.problems]
    assert [as_json(part) for part in read.parts] == expected["parts"]
    assert (read.code, told) == (expected["code"], expected.get("problems", []))
    assert read.envelope.raw == stored(name)
    assert not validate_mapping(expected.get("mapping", {}))


@pytest.mark.parametrize("name", sorted(set(EXPECTED) - set(READ_OTHERWISE)))
def test_values_are_those_of_the_hl7_library(name: str) -> None:
    header = header_of(stored(name))
    assert header is not None
    ours = split_message(stored(name), header).segments
    encoding = ours[0].reader.codec
    text = stored(name).decode(encoding).replace("\r\n", "\r").replace("\n", "\r")

    theirs = hl7.parse(text.replace("\robx|", "\rOBX|").replace("\robr|", "\rOBR|"))

    assert [one.name for one in ours] == [str(one[0]).upper() for one in theirs]
    for segment, other in zip(ours, theirs, strict=True):
        for field in range(1, len(segment.fields)):
            if segment.name == "MSH" and field < 3:
                continue
            whole = str(other(field)) if field < len(other) else ""
            assert segment.raw(field) == whole
            parts = [str(one) for one in _components(other, field)]
            assert [_raw_part(segment, field, n) for n in range(1, len(parts) + 1)] == parts


def _components(segment: hl7.Segment, field: int) -> list[Any]:
    """The components of the first repetition, as the library sees them."""
    first = segment(field)[0] if len(segment(field)) else ""
    return list(first) if isinstance(first, hl7.Repetition) else [first]


def _raw_part(segment: Any, field: int, component: int) -> str:
    signs = segment.reader.signs
    parts = segment.raw(field).split(signs[2])[0].split(signs[1])
    return str(parts[component - 1])


@pytest.mark.django_db
def test_every_message_of_the_library_is_kept() -> None:
    site = SiteFactory()
    feed = IntakeFeed.objects.create(site=site, name="RIS", format=MessageFormat.HL7V2)

    for name, expected in EXPECTED.items():
        read = read_message(stored(name), expected.get("mapping", {}))
        keep_message(feed=feed, envelope=read.envelope, parts=read.parts, now=NOW)

    assert IntakeMessage.objects.count() == len(EXPECTED)
    waiting = sum("unmapped" in part for one in EXPECTED.values() for part in one["parts"])
    assert IntakeItem.objects.waiting().count() == waiting
