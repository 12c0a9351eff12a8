"""Searching one type: conditions, pages by key, and the Bundle that is answered."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError as ModelValidationError
from django.db.models import Q, QuerySet
from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from patients.models import Patient
from patients.models.site import SiteQuerySet
from surveillance.api.fhir.asked import Asked
from surveillance.api.fhir.kinds import KINDS, Kind, Source
from surveillance.api.fhir.outcome import issue, outcome
from surveillance.api.fhir.parameters import LONGEST_NUMBER
from surveillance.fhir_out.elements import Context, Json, known
from surveillance.said_before import survivor_of

PAGE = 50
LARGEST_PAGE = 500
NEXT = "Use the `next` link of the page before."


@dataclass(frozen=True, slots=True)
class Match:
    """A row that was found: its place among all, the resources that it is, and whose it is."""

    place: str
    resources: list[Json]
    patient: str


@dataclass(frozen=True, slots=True)
class Page:
    """What one answer shows; `more`: the place after which the next page begins, if any."""

    matches: list[Match]
    more: str = ""

    def resources(self) -> list[Json]:
        """All of them."""
        return [one for match in self.matches for one in match.resources]

    def patients(self) -> set[str]:
        """Whom they are about."""
        return {match.patient for match in self.matches if match.patient}


@dataclass(frozen=True, slots=True)
class Search:
    """One search of one type, by whoever may see these sites."""

    name: str
    sites: SiteQuerySet
    context: Context
    given: QueryDict
    survivors: Mapping[UUID, UUID] = field(default_factory=dict)
    """Of the patients that are asked for, who was merged into whom."""

    @property
    def kind(self) -> Kind:
        """What is searched."""
        return KINDS[self.name]

    @property
    def asked(self) -> Asked:
        """What was asked for."""
        return Asked(self.name, self.kind, self.given, self.survivors)

    def rows_of(self, source: Source) -> QuerySet[Any]:
        """The rows that match, in the order of their key."""
        rows = source.rows(self.sites, self.context)
        return rows.filter(self.asked.of(source)).order_by("pk")

    def everything(self) -> list[Json]:
        """All that match, in one piece."""
        rows = ((source, row) for source in self.kind.sources for row in self.rows_of(source))
        return [one for source, row in rows for one in source.build(row, self.context)]

    def page(self) -> Page:
        """What is shown. Pages are counted in rows: the facts of one risk profile stay together."""
        if self.given.get("_summary") == "count":
            return Page([])
        if (ids := self.asked.ids()) is not None:
            found = (find(self.name, id_, self.rows_of, self.context) for id_ in sorted(ids))
            return Page([one for one in found if one is not None])
        wanted = self.count()
        matches = self._first(wanted + 1) if wanted else []
        more = matches[wanted - 1].place if len(matches) > wanted else ""
        return Page(matches[:wanted], more)

    def bundle(self, page: Page) -> Json:
        """The page as a searchset, with a link to the next one where there is more. The link `self`
        says what was asked for and had an effect; what had none is named by an outcome."""
        links = [{"relation": "self", "url": self._url()}]
        if page.more:
            links.append({"relation": "next", "url": self._url(_after=page.more)})
        return known(
            resourceType="Bundle",
            type_="searchset",
            total=self._total() if self.asked.wants_total() else None,
            link=links,
            entry=[*map(self.entry, page.resources()), *self._passed_over(), *self.led_on()],
        )

    def count(self) -> int:
        """How many rows one page may show."""
        asked = self.given.get("_count", str(PAGE))
        if not asked.isdecimal() or len(asked) > LONGEST_NUMBER:
            raise ValidationError({"_count": ["Give a number."]})
        return min(int(asked), LARGEST_PAGE)

    def entry(self, one: Json) -> Json:
        """A match, as an entry of the Bundle."""
        url = f"{self.context.base}/{self.name}/{one['id']}"
        return {"fullUrl": url, "resource": one, "search": {"mode": "match"}}

    def _matches(self) -> Iterator[Match]:
        begin, key = self._after()
        for number, source in enumerate(self.kind.sources[begin:], begin):
            rows = self.rows_of(source)
            later = rows.filter(pk__gt=key) if number == begin and key else rows
            for row in later[: self.count() + 1]:
                yield _match(source, row, self.context, f"{number}.{row.pk}")

    def _first(self, most: int) -> list[Match]:
        try:
            return list(islice(self._matches(), most))
        except (ModelValidationError, ValueError):
            raise ValidationError({"_after": [NEXT]}) from None

    def _after(self) -> tuple[int, str]:
        number, _dot, key = self.given.get("_after", "0.").partition(".")
        if not number.isdecimal() or len(number) > LONGEST_NUMBER:
            raise ValidationError({"_after": [NEXT]})
        return int(number), key

    def _total(self) -> int:
        """How many resources match; what may be several is built to know."""
        if (ids := self.asked.ids()) is not None:
            found = (find(self.name, id_, self.rows_of, self.context) for id_ in ids)
            return sum(one is not None for one in found)
        return sum(self._number_of(source) for source in self.kind.sources)

    def _number_of(self, source: Source) -> int:
        rows = self.rows_of(source)
        if not source.several:
            return rows.count()
        return sum(len(source.build(row, self.context)) for row in rows)

    def _passed_over(self) -> list[Json]:
        if not (unknown := self.asked.unknown()):
            return []
        words = f"Passed over, {self.name} has no such search parameter: {', '.join(unknown)}."
        told = outcome(issue("not-supported", words, severity="warning"))
        return [{"resource": told, "search": {"mode": "outcome"}}]

    def led_on(self) -> list[Json]:
        """For each patient who was merged, an outcome that names whose rows these are."""
        told = [
            issue(
                "informational",
                f"Patient/{gone} was merged into Patient/{kept}: what was its is found there.",
                severity="information",
            )
            for gone, kept in self.survivors.items()
        ]
        return [{"resource": outcome(*told), "search": {"mode": "outcome"}}] if told else []

    def _url(self, **more: str) -> str:
        """Without what names a person: such a search is sent in a body."""
        query = urlencode([*self.asked.told(), *more.items()])
        return f"{self.context.base}/{self.name}" + (f"?{query}" if query else "")


def search_of(name: str, sites: SiteQuerySet, context: Context, given: QueryDict) -> Search:
    """The search; who asks for a merged patient gets the rows of the one who stayed. The audit
    trail stays where it was written. Raises ValidationError."""
    search = Search(name, sites, context, given)
    named = search.asked.patients()
    if not named or name == "AuditEvent":
        return search
    rows = Patient.objects.filter(pk__in=named, site__in=sites).exclude(merged_into=None)
    survivors = {row.pk: survivor_of(row).pk for row in rows.select_related("merged_into")}
    return replace(search, survivors=survivors)


def find(
    name: str, id_: str, rows_of: Callable[[Source], QuerySet[Any]], context: Context
) -> Match | None:
    """The resource of that id, if it is among these rows of a source."""
    for source in KINDS[name].sources:
        row = _row(rows_of(source), id_)
        if row is None:
            continue
        match = _match(source, row, context)
        if found := [one for one in match.resources if one["id"] == id_]:
            return replace(match, resources=found)
    return None


def _match(source: Source, row: Any, context: Context, place: str = "") -> Match:
    return Match(place, source.build(row, context), source.patient_of(row))


def _row(rows: QuerySet[Any], id_: str) -> Any:
    """The row behind an id; a fact of risk is named by its patient (`<patient>.cirrhosis`)."""
    patient, dot, _fact = id_.partition(".")
    asked = Q(patient=patient) if dot else Q(pk=id_)
    try:
        return rows.filter(asked).first()
    except (ValueError, ModelValidationError):
        return None
