"""The database's clock, as far as the simulation needs it: leases must end in simulated time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connection

NOW_OF_SQLITE, ARGUMENTS = "strftime", 2


class DatabaseClock:
    """What `Now()` answers while the simulation runs on SQLite."""

    def __init__(self) -> None:
        self.now = datetime(2000, 1, 1, tzinfo=UTC)

    def read(self, _form: str, _when: str) -> str:
        """The simulated moment in the one form that Django asks for."""
        return _written(self.now)


@contextmanager
def database_clock() -> Iterator[DatabaseClock]:
    """Put the clock of the database in the simulation's hands. On PostgreSQL it runs on as it is:
    what a dead worker had claimed stays claimed until five real minutes are over."""
    clock = DatabaseClock()
    if connection.vendor != "sqlite":
        yield clock
        return
    _answer(_true_moment)
    _answer(clock.read)  # replacing our own is what makes SQLite forget prepared statements
    try:
        yield clock
    finally:
        _answer(_true_moment)


def _answer(moment: Callable[[str, str], str]) -> None:
    connection.ensure_connection()
    connection.connection.create_function(NOW_OF_SQLITE, ARGUMENTS, moment)


def _true_moment(_form: str, _when: str) -> str:
    return _written(datetime.now(UTC))  # noqa: TID251  # the database's own clock again


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
