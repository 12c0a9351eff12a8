"""Whatever is sent: an answer, never an error of ours; and nothing that was wrong is taken in."""

import copy
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveillance.arrivals_json import arrival_as_json, arrival_from_json
from surveillance.intake.fhir.outcome import outcome
from surveillance.intake.fhir.reading import read_resource
from surveillance.intake.fhir.translating import USED
from tests.surveillance.intake.fhir.scenes import (
    HEARD_AT,
    MADRID,
    as_bytes,
    everything,
    read,
    refused,
)
from tests.surveillance.intake.fhir.synthea_like import synthea_like

QUICK = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
WORDS = st.sampled_from(
    [*sorted(USED), "Bundle", "Claim", "transaction", "batch", "final", "2026-02-30", "#p", "a|b",
     "Patient/ana", "", "\x00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:60-14:00"]
)  # fmt: skip
NUMBERS = st.integers() | st.floats(allow_nan=False)
LEAVES = st.none() | st.booleans() | NUMBERS | WORDS | st.text(max_size=5)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["coding", "code", "system", "value", "reference",
                                       "identifier", "resource", "entry", "type"]) | WORDS,
                      inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
WHOLE = everything()


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every element of a document."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    found = [path] if path else []
    if isinstance(node, (dict, list)):
        for key, value in pairs:
            inner = places(value, (*path, key)) if isinstance(value, (dict, list)) else []
            found += [(*path, key), *inner]
    return found


PLACES = sorted(set(places(WHOLE)), key=str)


def held_together(raw: bytes) -> None:
    """What every answer must be, whatever was sent."""
    found: Any = read_resource(raw, MADRID, received_at=HEARD_AT)
    again = read_resource(raw, MADRID, received_at=HEARD_AT)

    assert found.parts == again.parts
    assert found.envelope.raw == raw
    assert found.envelope.control_id
    assert found.is_refused or found.entries or found.kind
    for part in found.parts:
        if hasattr(part, "person"):
            assert part.person.mrn
            assert part.said_at.tzinfo
            assert arrival_from_json(arrival_as_json(part)) == part
    told = list(found.all_problems())
    assert all(problem.words for problem in told)
    json.dumps(outcome(told)).encode()


@QUICK
@given(st.binary(max_size=80))
def test_any_bytes_are_answered(raw) -> None:
    held_together(raw)


@QUICK
@given(VALUES, st.sampled_from([*sorted(USED), "Bundle"]), st.dictionaries(WORDS, VALUES))
def test_any_json_is_answered(value, kind, more) -> None:
    held_together(as_bytes(value))
    held_together(as_bytes({"resourceType": kind, "entry": value, "subject": value, **more}))


@QUICK
@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES | st.just(...)), min_size=1, max_size=3))
def test_any_change_of_a_valid_message_is_answered(changes) -> None:
    sent = copy.deepcopy(WHOLE)
    for path, value in changes:
        change(sent, path, value)

    held_together(as_bytes(sent))


def change(node: Any, path: tuple[Any, ...], value: Any) -> None:
    """Put `value` there, or take away what is there (`...`); a place that is gone is left alone."""
    for step in path[:-1]:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return
    try:
        if value is ...:
            del node[path[-1]]
        else:
            node[path[-1]] = value
    except (KeyError, IndexError, TypeError):
        return


@QUICK
@given(st.integers(min_value=0), st.integers(min_value=0, max_value=255))
def test_any_broken_byte_is_answered(place, byte) -> None:
    raw = bytearray(as_bytes(WHOLE))
    raw[place % len(raw)] = byte

    held_together(bytes(raw))
    held_together(bytes(raw[: place % len(raw)]))


def test_a_bundle_in_the_shape_of_synthea_goes_in() -> None:
    sent = synthea_like()

    found = read(sent)

    assert len(found.entries) > 250
    assert refused(found) == {}
    assert [type(part).__name__ for part in found.parts] == ["PatientArrival"]
    assert all(entry.parts or entry.problems for entry in found.entries)
