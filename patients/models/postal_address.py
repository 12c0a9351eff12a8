"""Where a letter goes."""

from typing import NamedTuple

MOST_LINES = 6
"""Below the name: with more, the last line slips out of the window."""


class PostalAddress(NamedTuple):
    """The parts of an address as they are on record; each may be empty."""

    address: str
    postal_code: str
    city: str
    region: str
    country: str

    @property
    def lines(self) -> tuple[str, ...]:
        """As it is printed, line by line, without the name."""
        town = ", ".join(part for part in (self.city.strip(), self.region.strip()) if part)
        last = " ".join(part for part in (town, self.postal_code.strip()) if part)
        lines = [*self.address.splitlines(), last, self.country]
        return tuple(line.strip() for line in lines if line.strip())

    @property
    def is_complete(self) -> bool:
        """Street and town are known, whether in their own fields or as lines of one text, and
        fit into the window of an envelope."""
        return bool(self.address.strip()) and 1 < len(self.lines) <= MOST_LINES
