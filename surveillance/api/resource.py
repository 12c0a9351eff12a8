"""What a resource of the reading side is: one table's rows as other systems see them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404
from rest_framework import serializers

from patients.models import Site
from surveillance.api.caller import Caller
from surveillance.roles import Permission

Row = dict[str, Any]
Rows = QuerySet[Any, Any]
M = TypeVar("M", bound=Model)


class Shape(serializers.ModelSerializer[M]):
    """The fields of a resource, the key first: they describe it, and name the columns. Nothing is
    made by it: fifty rows through a serializer take twice as long as fifty dicts."""


@dataclass(frozen=True)
class Reading:
    """One request: its moment, and the sites whose records it may see, by key."""

    now: datetime
    sites: Mapping[int, Site]

    @cached_property
    def today(self) -> dict[int, date]:
        """The day it is at each of the sites."""
        return {key: site.local_date(self.now) for key, site in self.sites.items()}

    @cached_property
    def slugs(self) -> dict[int, str]:
        """The short name of each of the sites."""
        return {key: site.slug for key, site in self.sites.items()}


@dataclass(frozen=True, slots=True)
class Derived:
    """A field that no column holds: made from these columns, `make(reading, *values)`."""

    columns: tuple[str, ...]
    make: Callable[..., Any]


Condition = Callable[[Rows, Any, Reading], Rows]
Gathered = Callable[[list[Any]], Mapping[Any, Any]]


@dataclass(frozen=True, eq=False)
class Resource:
    """`shape` describes the fields; each is read from the column that is its source.

    `site` is the column with the site's key (or slug, where `site_by_slug`), empty for what belongs
    to the installation; `patient` the column with the patient, for looks. `orders` are columns that
    are never empty, the first is the usual one. `on_request`: fields that a list leaves out unless
    asked. `gathered`: fields of many values, one question for a whole page. `moments`: columns of
    which the latest is when the row changed last; empty where nobody keeps that.
    """

    name: str
    words: str
    shape: type[Shape[Any]]
    filters: type[serializers.Serializer[Any]]
    rows: Callable[[], Rows]
    site: str = "site_id"
    site_by_slug: bool = False
    permission: Permission = Permission.VIEW_PATIENT
    patient: str = ""
    key: str = "id"
    orders: tuple[str, ...] = ("id",)
    moments: tuple[str, ...] = ()
    derived: Mapping[str, Derived] = field(default_factory=dict)
    gathered: Mapping[str, Gathered] = field(default_factory=dict)
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    on_request: frozenset[str] = frozenset()

    @cached_property
    def columns(self) -> dict[str, str]:
        """The column behind each field that is read as it stands."""
        made = {*self.derived, *self.gathered}
        return {
            name: str(one.source).replace(".", "__")
            for name, one in self.shape().fields.items()
            if name not in made
        }

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every field, as the description orders them."""
        return tuple(self.shape().fields)

    @cached_property
    def parameters(self) -> Mapping[str, serializers.Field[Any, Any, Any, Any]]:
        """The filters by name. One instance serves all requests: it is only asked to validate."""
        return self.filters().fields

    def reading(self, caller: Caller, now: datetime) -> Reading:
        """What this caller may see of it now. One query."""
        return Reading(now, {site.pk: site for site in caller.sites(self.permission)})

    def within(self, reading: Reading, sites: Iterable[int] | None = None) -> Rows:
        """The rows of the sites that the request may see, or of some of them."""
        if not self.site:
            return self.rows()
        seen = [key for key in reading.sites if sites is None or key in sites]
        keys = [reading.slugs[key] for key in seen] if self.site_by_slug else seen
        return self.rows().filter(**{f"{self.site}__in": keys})


def site_slug(column: str = "site_id") -> Derived:
    """The short name of the row's site, without asking the database for it."""
    return Derived((column,), lambda reading, key: reading.slugs[key])


def one_or_404(row: Any) -> Any:
    """The row; 404 for what does not exist and for what is another site's."""
    if row is None:
        raise Http404
    return row
