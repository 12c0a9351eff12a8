"""What a reading request may say in its address: filters by name, order, page, fields.

Nothing that is unknown is passed over: a filter that was misspelt would show more than was meant.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from surveillance.api.resource import Reading, Resource, Rows

LONGEST_PAGE: Final = 200
USUAL_PAGE: Final = 50
LONGEST_CURSOR: Final = 600
LONGEST_FIELDS: Final = 1000
LARGEST_NUMBER: Final = 2**31 - 1


Parameter = serializers.Field[Any, Any, Any, Any]
FIELDS: Final = serializers.CharField(
    max_length=LONGEST_FIELDS,
    help_text="Names of fields, with commas: only these and the key are shown.",
)
GENERAL: Final[Mapping[str, Parameter]] = {
    "fields": FIELDS,
    "cursor": serializers.CharField(
        max_length=LONGEST_CURSOR,
        help_text="Where the page begins: taken from `next` of the page before, never made up.",
    ),
    "limit": serializers.IntegerField(
        min_value=1, max_value=LONGEST_PAGE, help_text="Rows of a page; 50 unless said otherwise."
    ),
    "count": serializers.BooleanField(
        help_text="Also count what matches; counting stops at 1,000."
    ),
}
"""What every list takes beside its own filters and its orders."""


class SiteFilter(serializers.Serializer[Any]):
    """The filter of everything that belongs to a site."""

    site = serializers.SlugField(required=False, max_length=50, help_text="Short name of a site.")


def account(source: str) -> serializers.IntegerField:
    """A filter by the number of an account."""
    return serializers.IntegerField(
        required=False, source=source, min_value=1, max_value=LARGEST_NUMBER
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was understood. `narrowing` holds the filters by name."""

    fields: str | None = None
    cursor: str | None = None
    limit: int = USUAL_PAGE
    count: bool = False
    order: str = ""
    narrowing: Mapping[str, Any] = field(default_factory=dict)


def asked_of_list(query: QueryDict, resource: Resource) -> Asked:
    """What a list is asked. Raises ValidationError naming every parameter that is unknown, given
    twice or not understood."""
    known = {**GENERAL, "order": order_field(resource), **resource.parameters}
    said = _understood(query, known)
    general = {name: said.pop(name) for name in (*GENERAL, "order") if name in said}
    return Asked(**{"order": resource.orders[0], **general}, narrowing=said)


def asked_of_detail(query: QueryDict) -> Asked:
    """What a single record is asked: nothing but its fields."""
    return Asked(**_understood(query, {"fields": FIELDS}))


def orders_of(resource: Resource) -> list[str]:
    """Every order that a list takes: each key, and backwards."""
    return [sign + name for name in resource.orders for sign in ("", "-")]


def narrowed(resource: Resource, reading: Reading, narrowing: Mapping[str, Any]) -> Rows:
    """The rows at the sites that the request may see, with every filter applied."""
    slug = narrowing.get("site")
    sites = None if slug is None else [key for key, one in reading.slugs.items() if one == slug]
    rows = resource.within(reading, sites)
    for name, value in narrowing.items():
        if name == "site":
            continue
        if name in resource.conditions:
            rows = resource.conditions[name](rows, value, reading)
        else:
            rows = rows.filter(**{str(resource.parameters[name].source): value})
    return rows


def order_field(resource: Resource) -> serializers.ChoiceField:
    """The parameter that names the order."""
    usual = resource.orders[0]
    return serializers.ChoiceField(
        choices=orders_of(resource),
        help_text=f"By which key; with a minus backwards. `{usual}` unless said otherwise.",
    )


def _understood(query: QueryDict, known: Mapping[str, Parameter]) -> dict[str, Any]:
    said, wrong = {}, {}
    for name, values in query.lists():
        if name not in known:
            wrong[name[:80]] = [_unknown(known)]
        elif len(values) > 1:
            wrong[name] = [ErrorDetail("Say it once.", code="given_twice")]
        else:
            try:
                said[name] = known[name].run_validation(values[0])
            except serializers.ValidationError as error:
                wrong[name] = error.detail  # type: ignore[assignment]  # a list, of one value
    if wrong:
        raise ValidationError(wrong)
    return said


def _unknown(known: Mapping[str, object]) -> ErrorDetail:
    words = f"There is no such parameter. Known here: {', '.join(sorted(known))}."
    return ErrorDetail(words, code="unknown_parameter")
