"""Changing one number makes a new protocol version (8.10): the two are pinned together."""

import hashlib

from surveillance.protocol.parameters import ALL, PROTOCOL_VERSION

PINNED = {"seed-2025-12-01/1": "e79dbde053555fc9"}


def digest() -> str:
    told = [f"{one.key}={one.value!r} {one.unit} {one.effective_on}" for one in ALL]
    return hashlib.sha256("\n".join(sorted(told)).encode()).hexdigest()[:16]


def test_the_numbers_are_those_of_the_protocol_version() -> None:
    assert PINNED[PROTOCOL_VERSION] == digest(), (
        "a number of the protocol changed: give PROTOCOL_VERSION a new suffix and pin its digest"
    )
