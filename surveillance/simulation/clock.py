"""The database's clock, as far as the simulation needs it: leases must end in simulated time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connection

NOW_OF_SQLITE = "strftime"


class DatabaseClock:
    """What `Now()` answers while the simulation runs on SQLite."""

    def __init__(self) -> None:
        self.now = datetime(2000, 1, 1, tzinfo=UTC)

    def read(self, _form: str, _when: str) -> str:
        """The simulated moment in the one form that Django asks for."""
        return self.now.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


@contextmanager
def database_clock() -> Iterator[DatabaseClock]:
    """Put the clock of the database in the simulation's hands. On PostgreSQL it runs on as it is:
    what a dead worker had claimed stays claimed until five real minutes are over."""
    clock = DatabaseClock()
    if connection.vendor != "sqlite":
        yield clock
        return
    connection.ensure_connection()
    connection.connection.create_function(NOW_OF_SQLITE, 2, clock.read)
    try:
        yield clock
    finally:
        connection.connection.create_function(NOW_OF_SQLITE, 2, None)
