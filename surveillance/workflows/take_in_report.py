"""An imaging report arrives from another system."""

from datetime import datetime

from surveillance.arrivals import ReportArrival
from surveillance.models import IntakeItem
from surveillance.workflows.taken_in import TakenIn


def take_in_report(*, item: IntakeItem, arrival: ReportArrival, now: datetime) -> TakenIn:
    """Placeholder of the foundation; the helper of section 4 writes it."""
    raise NotImplementedError(item, arrival, now)
