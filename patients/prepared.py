"""Questions and changes whose SQL is written once and then run again and again.

For what is asked about every single message or patient, putting a QuerySet into SQL takes Django
many times as long as the database takes to answer. Here Django writes the very same SQL once per
process and database; each asking fills in its values and goes to the database, every time. No
answer is kept.

A QuerySet is prepared with a `slot` in place of each value that differs:

    ONE = Prepared(lambda: Notification.objects.waiting().filter(pk=slot(Notification, "pk")))
    found = ONE.ask(pk=message.pk)

`slots` stands for any number of values (`__in`). Not for None where SQL says IS NULL; the new
value of an update may be None.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connections, router, transaction
from django.db.models import Field, Model, QuerySet, Value
from django.db.models.sql import UpdateQuery
from django.db.transaction import TransactionManagementError

T = TypeVar("T")
Rows = QuerySet[Any, T]


class Slot(Value):
    """The place of a value, which is adapted to the database as its field does it."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(name, output_field=field)
        self.name, self.kind = name, field

    def as_sql(self, *_args: Any, **_kwargs: Any) -> Any:
        """A parameter that is filled in later."""
        return "%s", [self]

    def adapted(self, value: Any, connection: Any) -> Any:
        """The value as this database takes it."""
        return self.kind.get_db_prep_value(value, connection)


class Slots(Slot):
    """The place of a list of values: one parameter, however many they are."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:  # noqa: ARG002  # Django passes both
        """A table of one column."""
        if _has_arrays(connection):
            return f"(SELECT unnest(%s::{self.kind.db_type(connection)}[]))", [self]
        return "(SELECT value FROM json_each(%s))", [self]

    def adapted(self, value: Any, connection: Any) -> Any:
        """As PostgreSQL reads an array, or SQLite a list in JSON."""
        if _has_arrays(connection):
            return array_of(value)
        return json.dumps([super(Slots, self).adapted(one, connection) for one in value])


def array_of(values: Iterable[object]) -> str:
    """The values as PostgreSQL reads an array, whatever is written in them: far quicker than having
    a list adapted item by item."""
    return "{" + ",".join("NULL" if value is None else _quoted(value) for value in values) + "}"


def _quoted(value: object) -> str:
    text = str(value)
    if '"' in text or "\\" in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _has_arrays(connection: Any) -> bool:
    return bool(connection.vendor == "postgresql")


def slot(model: type[Model], field: str, name: str = "") -> Any:
    """A place for a value of this field of `model`; it is given as `name`, else as `field`. It
    stands for the value wherever a QuerySet's method asks for one."""
    return Slot(name or field, _field(model, field))


def slots(model: type[Model], field: str, name: str = "") -> Any:
    """A place for any number of values, on the right side of `__in`."""
    return Slots(name or field, _field(model, field))


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    found = model._meta.pk if name == "pk" else model._meta.get_field(name)
    assert isinstance(found, Field)
    return found


class _Written:
    """SQL, and its parameters, some of which are slots. Shared by threads: nothing changes it."""

    def __init__(self, compiler: Any) -> None:
        self.sql, self._params = compiler.as_sql()
        self._names = {one.name for one in self._params if isinstance(one, Slot)}

    def filled(self, connection: Any, values: Mapping[str, object]) -> tuple[object, ...]:
        """The parameters with `values` in their places: none missing and none too many."""
        if values.keys() != self._names:
            raise TypeError(f"Given {sorted(values)}, prepared for {sorted(self._names)}.")
        return tuple(
            one.adapted(values[one.name], connection) if isinstance(one, Slot) else one
            for one in self._params
        )


class Prepared(Generic[T]):
    """A question: `write` makes the QuerySet, of instances or a `values_list`, with its slots."""

    def __init__(self, write: "Callable[[], QuerySet[Any, T]]") -> None:
        self._write = write
        self._written: dict[str, tuple[_Written, Any]] = {}

    def ask(self, **values: object) -> list[T]:
        """The rows as they are now."""
        rows: Any = self._rows
        connection: Any = connections[rows.db]
        written, compiler = self._ready(connection)
        if rows.query.select_for_update and connection.get_autocommit():
            raise TransactionManagementError("Rows are locked inside a transaction.")
        params = written.filled(connection, values)
        compiler = copy(compiler)
        compiler.connection = connection
        compiler.as_sql = lambda *_args, **_kwargs: (written.sql, params)
        return list(rows._iterable_class(_Question(rows, compiler)))

    def first(self, **values: object) -> T | None:
        """The first row as it is now, if there is any."""
        return next(iter(self.ask(**values)), None)

    @cached_property
    def _rows(self) -> "QuerySet[Any, T]":
        return self._write()

    def _ready(self, connection: Any) -> tuple[_Written, Any]:
        if (known := self._written.get(connection.vendor)) is not None:
            return known
        compiler: Any = self._rows.query.get_compiler(connection=connection, using=self._rows.db)
        written = _Written(compiler)
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        compiler.get_converters = lambda _columns: converters
        self._written[connection.vendor] = written, compiler
        return written, compiler


class PreparedUpdate:
    """A change: `write` makes the QuerySet of what is changed, and the new values by field.

    Refused for rows whose QuerySet has an `update` of its own: what it watches over would be
    passed by.
    """

    def __init__(self, write: Callable[[], tuple[QuerySet[Any], dict[str, object]]]) -> None:
        self._write = write
        self._written: dict[str, _Written] = {}

    def run(self, **values: object) -> int:
        """Change what is so now; answers how many rows that were."""
        rows, _changes = self._parts
        alias = router.db_for_write(rows.model)
        connection: Any = connections[alias]
        written = self._ready(connection, alias)
        params = written.filled(connection, values)
        with transaction.mark_for_rollback_on_error(using=alias), connection.cursor() as cursor:
            cursor.execute(written.sql, params)
            return int(cursor.rowcount)

    @cached_property
    def _parts(self) -> tuple[QuerySet[Any], dict[str, object]]:
        return self._write()

    def _ready(self, connection: Any, alias: str) -> _Written:
        if (known := self._written.get(connection.vendor)) is not None:
            return known
        rows, changes = self._parts
        if type(rows).update is not QuerySet.update:
            raise TypeError(f"{type(rows).__name__} guards its updates.")
        query: Any = rows.query.chain(UpdateQuery)
        query.add_update_values(changes)
        written = _Written(query.get_compiler(connection=connection, using=alias))
        self._written[connection.vendor] = written
        return written


class _Question:
    """What Django's iterables ask of a QuerySet and of its query, the SQL being there already."""

    def __init__(self, rows: Any, compiler: Any) -> None:
        self.db, self.model, self._fields = rows.db, rows.model, rows._fields
        self._known_related_objects: dict[Any, Any] = {}
        self.query, self._compiler = self, compiler

    def get_compiler(self, *_args: Any, **_kwargs: Any) -> Any:
        """The one that has written its SQL."""
        return self._compiler
