"""Where the world tells what becomes known."""

from datetime import date

from surveillance.protocol.terms import MdtOutcome, Tri
from surveillance.registry.rows import RegistryRow
from surveillance.simulation.life import Life


class Records:
    """Told of what becomes known, in the order in which it does. This one keeps nothing."""

    def enrol(self, life: Life, rows: list[RegistryRow], day: date) -> None:
        """Somebody is found."""

    def exam(self, life: Life, rows: list[RegistryRow], day: date) -> None:
        """A report arrives."""

    def order(self, life: Life, day: date) -> None:
        """An exam is ordered."""

    def booking(self, life: Life, booked_for: date, day: date) -> None:
        """An appointment is made."""

    def missed(self, life: Life, day: date) -> None:
        """An appointment was not kept."""

    def decision(self, life: Life, label: str, outcome: MdtOutcome, day: date) -> None:
        """A referral is answered."""

    def treated(self, life: Life, label: str, day: date) -> None:
        """A lesion is treated."""

    def facts(self, life: Life, facts: dict[str, Tri], day: date) -> None:
        """Something is learned about the risk."""

    def status(self, life: Life, day: date) -> None:
        """Somebody dies, moves away or declines."""

    def signed_off(self, life: Life, label: str, day: date) -> None:
        """A clinician signs that nothing more is to be done."""

    def returned(self, life: Life, day: date) -> None:
        """A letter comes back."""

    def address(self, life: Life, day: date) -> None:
        """Where letters arrive is known again."""
