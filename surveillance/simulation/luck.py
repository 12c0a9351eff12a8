"""Chance, drawn by name: the same seed, patient, need and event give the same draw in every arm.

The arms of a comparison meet the same luck that way, however differently they act, and a run can
be repeated to the last digit.
"""

from hashlib import blake2b
from random import Random

WHOLE = 2**64


class Luck:
    """Draws of one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def of(self, *event: object) -> float:
        """A number from 0 up to 1 for this event."""
        name = ":".join(map(str, (self._seed, *event)))
        return int.from_bytes(blake2b(name.encode(), digest_size=8).digest()) / WHOLE

    def happens(self, chance: float, *event: object) -> bool:
        """Whether this event happens, with this chance."""
        return self.of(*event) < chance

    def between(self, least: float, most: float, *event: object) -> int:
        """A whole number from `least` to `most`, every one as likely."""
        return int(least) + int(self.of(*event) * (int(most) - int(least) + 1))

    def dice(self, *event: object) -> Random:
        """A stream of draws of its own for this event."""
        return Random(":".join(map(str, (self._seed, *event))))  # noqa: S311  # not a secret
