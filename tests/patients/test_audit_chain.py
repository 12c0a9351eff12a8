"""The arithmetic of the chain, without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest

from patients.audit_chain import GENESIS, EventFacts, Link, canonical, check_links, next_digest

NOON = datetime(2026, 8, 31, 12, 0, tzinfo=UTC)


def event(number: int, **changes) -> EventFacts:
    viewed = EventFacts(
        id=number,
        at=NOON,
        site="north",
        actor="user:1",
        action="viewed",
        subject_type="patient",
        subject_id="p",
        patient_id="p",
        detail={"page": "queue"},
    )
    return replace(viewed, **changes)


def chain(length: int) -> list[Link]:
    links, digest = [], GENESIS
    for number in range(1, length + 1):
        digest = next_digest(digest, event(number))
        links.append(Link(number, number, digest, event(number)))
    return links


def codes(links: list[Link]) -> list[str]:
    return [finding.code for finding in check_links("north", links)]


def test_canonical_form_is_one_line_of_sorted_json():
    assert canonical(event(1)) == (
        '{"action":"viewed","actor":"user:1","at":"2026-08-31T12:00:00.000000+00:00",'
        '"detail":{"page":"queue"},"id":1,"patient_id":"p","site":"north","subject_id":"p",'
        '"subject_type":"patient"}'
    )


def test_canonical_form_does_not_depend_on_the_zone_in_which_time_is_told():
    elsewhere = NOON.astimezone(timezone(timedelta(hours=13)))

    assert canonical(event(1, at=elsewhere)) == canonical(event(1))


def test_digest_follows_the_documented_formula():
    expected = sha256((GENESIS + canonical(event(1))).encode()).hexdigest()

    assert next_digest(GENESIS, event(1)) == expected


def test_untouched_chain_has_no_finding():
    assert codes(chain(50)) == []


def test_empty_chain_has_no_finding():
    assert codes([]) == []


@pytest.mark.parametrize(
    "change",
    [
        {"at": NOON + timedelta(microseconds=1)},
        {"actor": "user:2"},
        {"action": "amended"},
        {"subject_type": "lesion"},
        {"subject_id": "q"},
        {"patient_id": "q"},
        {"detail": {"page": "other"}},
        {"site": "south"},
        {"id": 99},
    ],
    ids=lambda change: next(iter(change)),
)
def test_change_of_any_column_is_one_finding(change):
    links = chain(5)
    links[2] = replace(links[2], event=event(3, **change))

    assert codes(links) == ["event_changed"]


def test_deleted_event_is_one_finding():
    links = chain(5)
    links[2] = replace(links[2], event=None)

    assert codes(links) == ["event_deleted"]


def test_deleted_seal_is_found():
    links = chain(5)
    del links[2]

    assert codes(links) == ["seal_missing"]


def test_exchanged_events_are_found():
    links = chain(5)
    links[1], links[2] = (
        replace(links[1], event=links[2].event),
        replace(links[2], event=links[1].event),
    )

    assert codes(links) == ["event_changed", "event_changed"]


def test_forged_digest_is_found_where_it_is_and_in_the_link_that_leans_on_it():
    links = chain(5)
    links[2] = replace(links[2], digest="f" * 64)

    assert codes(links) == ["event_changed", "event_changed"]
