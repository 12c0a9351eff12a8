"""What a search asks for: its names and values as one condition, and what of it is passed over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from surveillance.api.fhir.kinds import Kind, Source
from surveillance.api.fhir.parameters import NotUnderstood, alternatives, id_in

HOW: Final = frozenset({"_format", "_count", "_after", "_pretty", "_summary", "_total"})
"""Parameters of every search that are no condition."""
SUMMARIES: Final = frozenset({"count", "false"})
TOTALS: Final = frozenset({"accurate", "estimate"})
UNSUPPORTED: Final = (
    "Modifiers (`:`) and chains (`.`) are not supported. Without them more would be found than was "
    "asked for: ask for the parameter itself."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of one search of one type."""

    name: str
    kind: Kind
    given: QueryDict
    survivors: Mapping[UUID, UUID] = field(default_factory=dict)
    """For a patient who was merged, the one who holds everything now."""

    def refuse_unsupported(self) -> None:
        """Raises ValidationError for a modifier or a chain: it narrows a search, and passing it
        over would show somebody else's records."""
        if named := [name for name in self.given if ":" in name or "." in name]:
            raise ValidationError({_plain(name): [UNSUPPORTED] for name in named})

    def refuse_personal(self) -> None:
        """Raises ValidationError for what names a person: addresses are written into logs."""
        of = self.kind.parameters
        how = f"Send it in the body of POST {self.name}/_search: an address is kept in logs."
        names = [_plain(name) for name in self.given]
        if personal := [name for name in names if name in of and of[name].only_in_body]:
            raise ValidationError({name: [how] for name in personal})

    def unknown(self) -> list[str]:
        """Parameters that this type does not have: they change nothing."""
        known = {"_id", *self.kind.about, *self.kind.parameters, *HOW}
        told = {name for name in self.given if name not in known}
        if self.given.get("_summary", "false") not in SUMMARIES:
            told.add("_summary")
        return sorted(told)

    def told(self) -> list[tuple[str, str]]:
        """What was asked for and has an effect, but for the page and for what names a person."""
        of, unknown = self.kind.parameters, self.unknown()
        left_out = {"_after", *unknown, *(name for name in of if of[name].only_in_body)}
        return [
            (name, value)
            for name, values in self.given.lists()
            for value in values
            if name not in left_out
        ]

    def wants_total(self) -> bool:
        """Whether it is to be said how many there are."""
        return "count" in self.given.getlist("_summary") or self.given.get("_total") in TOTALS

    def is_about_few(self) -> bool:
        """Whether somebody is asked for, by a number or a name: whoever is found was looked at."""
        of = self.kind.parameters
        narrow = {name for name in of if of[name].only_in_body or of[name].is_narrow}
        return any(name in self.given for name in ("_id", *self.kind.about, *narrow))

    def patients(self) -> set[UUID] | None:
        """The patients that are asked for, if any are named; who is named twice, in both."""
        found: set[UUID] | None = None
        for name in self.kind.about:
            for value in self.given.getlist(name):
                named = {_understood(name, one) for one in alternatives(value)}
                with_these = {self.survivors.get(one, one) for one in named}
                found = with_these if found is None else found & with_these
        return found

    def ids(self) -> set[str] | None:
        """The ids that are asked for, if any are."""
        lists = [set(alternatives(value)) for value in self.given.getlist("_id")]
        return set.intersection(*lists) if lists else None

    def of(self, source: Source) -> Q:
        """All of it but the ids, as a condition on the rows of `source`."""
        asked = Q()
        for name, parameter in self.kind.parameters.items():
            for value in self.given.getlist(name):
                try:
                    asked &= parameter.any_of(value)
                except NotUnderstood as why:
                    raise ValidationError({name: [str(why)]}) from None
        patients = self.patients()
        if patients is None:
            return asked
        as_text = self.name == "AuditEvent"
        wanted = [str(one) if as_text else one for one in patients]
        return asked & Q(**{f"{source.patient}__in": wanted})


def _understood(name: str, value: str) -> UUID:
    try:
        return id_in(value, "Patient")
    except NotUnderstood as why:
        raise ValidationError({name: [str(why)]}) from None


def _plain(name: str) -> str:
    return name.partition(":")[0].partition(".")[0]
