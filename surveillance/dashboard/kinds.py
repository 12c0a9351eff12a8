"""Every number of the dashboard, in the order in which they are shown."""

from collections.abc import Iterable

from surveillance.dashboard.avoided import AVOIDED
from surveillance.dashboard.capture import CAPTURE
from surveillance.dashboard.completion import COMPLETION
from surveillance.dashboard.escalations import ESCALATIONS
from surveillance.dashboard.intervals import INTERVALS
from surveillance.dashboard.load import FORECAST, LOAD, OWNERLESS
from surveillance.dashboard.number import Kind, Number
from surveillance.dashboard.overdue import OVERDUE
from surveillance.dashboard.scope import Scope
from surveillance.dashboard.six_monthly import SIX_MONTHLY
from surveillance.dashboard.small_nodules import SMALL_NODULES
from surveillance.dashboard.unreachable import UNREACHABLE

KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        OVERDUE,
        OWNERLESS,
        CAPTURE,
        COMPLETION,
        INTERVALS,
        UNREACHABLE,
        ESCALATIONS,
        LOAD,
        FORECAST,
        AVOIDED,
        SMALL_NODULES,
        SIX_MONTHLY,
    )
}


def count_all(scope: Scope, keys: Iterable[str] = tuple(KINDS)) -> tuple[Number, ...]:
    """The numbers of these sites at this moment: 17 queries for all, whatever the rows."""
    return tuple(KINDS[key].count(scope) for key in keys)
