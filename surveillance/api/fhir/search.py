"""Searching one type: conditions, pages by key, and the Bundle that is answered."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError as ModelValidationError
from django.db.models import Q, QuerySet
from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from patients.models.site import SiteQuerySet
from surveillance.api.fhir.kinds import KINDS, Kind, Source
from surveillance.api.fhir.parameters import as_uuid
from surveillance.fhir_out.elements import Context, Json, known

PAGE = 50
LARGEST_PAGE = 500
OURS = frozenset({"_format", "_count", "_after", "_pretty", "_include"})
"""Parameters of every search that are no condition."""


@dataclass(frozen=True, slots=True)
class Search:
    """One search of one type, by whoever may see these sites."""

    name: str
    sites: SiteQuerySet
    context: Context
    given: QueryDict

    @property
    def kind(self) -> Kind:
        """What is searched."""
        return KINDS[self.name]

    def patient(self) -> UUID | None:
        """The one patient that is asked for, if it is one."""
        asked = self.given.get("patient") or self.given.get("subject")
        return as_uuid(asked.removeprefix("Patient/"), "patient") if asked else None

    def unknown(self) -> list[str]:
        """Parameters that this type does not have."""
        ours = {"_id", "patient", "subject", *self.kind.parameters, *OURS}
        return sorted({name.partition(":")[0] for name in self.given} - ours)

    def rows_of(self, source: Source) -> QuerySet[Any]:
        """The rows that match, in the order of their key."""
        asked = Q()
        for name, parameter in self.kind.parameters.items():
            for value in self.given.getlist(name):
                asked &= parameter.condition(value)
        if (patient := self.patient()) is not None:
            asked &= Q(**{source.patient: str(patient) if self.name == "AuditEvent" else patient})
        return source.rows(self.sites, self.context).filter(asked).order_by("pk")

    def rows(self) -> Iterator[tuple[str, list[Json]]]:
        """Every match: the place after which the next page begins, and the row's resources."""
        begin, key = self._after()
        for number, source in enumerate(self.kind.sources[begin:], begin):
            rows = self.rows_of(source)
            later = rows.filter(pk__gt=key) if number == begin and key else rows
            for row in later[: self.count() + 1]:
                yield f"{number}.{row.pk}", source.build(row, self.context)

    def count(self) -> int:
        """How many rows one page may show."""
        asked = self.given.get("_count", str(PAGE))
        if not asked.isdecimal():
            raise ValidationError({"_count": [f"“{asked}” is no number."]})
        return min(int(asked), LARGEST_PAGE)

    def _after(self) -> tuple[int, str]:
        number, _dot, key = self.given.get("_after", "0.").partition(".")
        if not number.isdecimal():
            raise ValidationError({"_after": ["Use the `next` link of the page before."]})
        return int(number), key

    def bundle(self) -> Json:
        """The page as a searchset, with a link to the next one where there is more.

        Pages are counted in rows: the facts of one risk profile stay together.
        """
        links = [{"relation": "self", "url": self._url()}]
        if ids := self.given.get("_id"):
            found = [one for id_ in str(ids).split(",") for one in self._found(id_)]
        else:
            wanted = self.count()
            page = self._page(wanted + 1) if wanted else []
            if len(page) > wanted:
                links.append({"relation": "next", "url": self._url(_after=page[wanted - 1][0])})
            found = [one for _place, resources in page[:wanted] for one in resources]
        return known(
            resourceType="Bundle",
            type_="searchset",
            link=links,
            entry=[self._entry(one) for one in found],
        )

    def _found(self, id_: str) -> list[Json]:
        return find(self.name, id_, self.sites, self.context)

    def _page(self, most: int) -> list[tuple[str, list[Json]]]:
        try:
            return list(islice(self.rows(), most))
        except (ModelValidationError, ValueError):
            raise ValidationError({"_after": ["Use the `next` link of the page before."]}) from None

    def _entry(self, one: Json) -> Json:
        url = f"{self.context.base}/{self.name}/{one['id']}"
        return {"fullUrl": url, "resource": one, "search": {"mode": "match"}}

    def _url(self, **more: str) -> str:
        """Without what names a person: such a search is sent in a body."""
        told = [
            (name, value)
            for name, values in self.given.lists()
            for value in values
            if name != "_after" and not self._is_personal(name)
        ]
        query = urlencode([*told, *more.items()])
        return f"{self.context.base}/{self.name}" + (f"?{query}" if query else "")

    def _is_personal(self, name: str) -> bool:
        parameter = self.kind.parameters.get(name)
        return parameter is not None and parameter.only_in_body


def find(name: str, id_: str, sites: SiteQuerySet, context: Context) -> list[Json]:
    """The resource of that id, if these sites have it; else nothing."""
    for source in KINDS[name].sources:
        row = find_row(source, id_, sites, context)
        found = source.build(row, context) if row is not None else []
        if match := [one for one in found if one["id"] == id_]:
            return match
    return []


def find_row(source: Source, id_: str, sites: SiteQuerySet, context: Context) -> Any:
    """The row behind an id; a fact of risk is named by its patient (`<patient>.cirrhosis`)."""
    patient, dot, _fact = id_.partition(".")
    asked = Q(patient=patient) if dot else Q(pk=id_)
    try:
        return source.rows(sites, context).filter(asked).first()
    except (ValueError, ModelValidationError):
        return None
