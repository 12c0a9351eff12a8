"""What is passed at a glance: the closer look finds nothing in it, and passes little else."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.intake.fhir.checking import is_surely_right, problems_of
from surveillance.intake.fhir.document import NotJson, parse
from surveillance.intake.fhir.own_checks import own_checks
from surveillance.intake.fhir.schema_errors import schema_errors
from tests.surveillance.intake.fhir.scenes import (
    as_bytes,
    bundle,
    condition,
    everything,
    patient,
    report,
)
from tests.surveillance.intake.fhir.test_properties import QUICK, VALUES, change, places

WHOLE = everything()
RESOURCES = [bundle(condition()), *(entry["resource"] for entry in WHOLE["entry"])]
AWAY = ...
VALUED: tuple[Any, ...] = (
    AWAY, None, True, 7, " ", "final", "active", "2026-02-30", "2026-02-29", "2026-04-31",
    "2026-01-31", "2026-06-30T23:59:60Z", "2026-02-31T10:00:00Z", "0001-01-01T00:00:00+14:00",
    "2026", "2026-02", "YWI=", "YWI", "YW I=", "=", [], {}, [{}],
    {"coding": [{"code": "active"}]}, {"coding": [{}]}, {"coding": [{"code": "ill"}]},
    [{"coding": [{"code": "confirmed"}, {"code": "ill"}]}], {"start": "2026-02-30"},
)  # fmt: skip
NAMES = (
    "status", "_status", "valueString", "valueQuantity", "valueDateTime", "effectiveInstant",
    "effectiveDateTime", "effectivePeriod", "deceasedBoolean", "deceasedDateTime", "onsetString",
    "onsetDateTime", "occurrenceDateTime", "occurrencePeriod", "asNeededBoolean", "meta", "link",
    "asNeededCodeableConcept", "multipleBirthInteger", "multipleBirthBoolean", "series", "priority",
    "presentedForm", "communication", "verificationStatus", "abatementString", "abatementDateTime",
)  # fmt: skip
DOUBTFUL = (" ", "YW I=", "0001-01-01T00:00:00+14:00")
"""Right or wrong is not seen at a glance."""


def looked_at(resource: Any) -> list[Any]:
    """What the closer look finds."""
    return schema_errors(resource, "") or own_checks(resource, "")


@pytest.mark.parametrize("whole", RESOURCES, ids=lambda one: one["resourceType"])
def test_a_glance_passes_what_a_closer_look_passes(whole) -> None:
    assert is_surely_right(whole)
    spoilt = [(path, value) for path in places(whole) for value in VALUED]
    spoilt += [((name,), value) for name in NAMES for value in VALUED if name not in whole]
    for path, value in spoilt:
        if path == ("resourceType",):
            continue
        sent = copy.deepcopy(whole)
        change(sent, path, value)
        passed, found = is_surely_right(sent), looked_at(sent)

        assert not (passed and found), (path, value)
        if not found and "_status" not in sent and value not in DOUBTFUL:
            assert passed, (path, value)


@QUICK
@given(
    st.sampled_from(RESOURCES),
    st.lists(st.tuples(st.integers(min_value=0), VALUES | st.just(AWAY)), min_size=1, max_size=3),
)
def test_a_glance_passes_nothing_that_is_wrong(whole, changes) -> None:
    sent, known = copy.deepcopy(whole), places(whole)
    for number, value in changes:
        change(sent, known[number % len(known)], value)
    if sent.get("resourceType") == whole["resourceType"]:
        assert not (is_surely_right(sent) and looked_at(sent))


def test_what_is_right_but_doubtful_is_passed_by_the_closer_look() -> None:
    leap = patient(birthDate="2024-02-29")
    wrapped = report(presentedForm=[{"contentType": "text/plain", "data": "YW I="}])
    extended = report(_status={"extension": [{"url": "urn:x", "valueCode": "unknown"}]})
    del extended["status"]

    assert not any(is_surely_right(one) for one in (leap, wrapped, extended))
    assert not any(problems_of(one, "") for one in (leap, wrapped, extended))


OBJECTS = st.recursive(
    st.sampled_from(["1", '"a"', '":"', '"\\":"', '" :"', '"a : b"', "null", '"\\\\"']),
    lambda inner: st.lists(inner, max_size=3).map(lambda them: f"[{','.join(them)}]")
    | st.lists(
        st.tuples(st.sampled_from(["a", "b", ":", " :", '\\"']), st.sampled_from(["", " ", "\n "]),
                  inner),
        max_size=3,
    ).map(lambda them: "{" + ",".join(f'"{k}"{blank}:{blank}{v}' for k, blank, v in them) + "}"),
    max_leaves=10,
)  # fmt: skip


@QUICK
@given(OBJECTS)
def test_one_name_twice_is_refused_however_it_is_written(text) -> None:
    sent = f'{{"resourceType":{text}}}'
    twice = []

    def noted(pairs):
        twice.append(len(dict(pairs)) < len(pairs))
        return dict(pairs)

    content = json.loads(sent, object_pairs_hook=noted)
    if any(twice):
        with pytest.raises(NotJson, match="twice"):
            parse(sent.encode())
    else:
        assert parse(sent.encode()) == content


def test_a_number_that_python_does_not_read_is_refused() -> None:
    with pytest.raises(NotJson, match="digits"):
        parse(b'{"resourceType": "Patient", "x": ' + b"1" * 5000 + b"}")


def test_what_is_passed_stays_as_it_was() -> None:
    assert parse(as_bytes(WHOLE)) == WHOLE
