"""Who is meant: references within a bundle, to contained resources, and by identifier."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from urllib.parse import parse_qs

from surveillance.arrivals import Person
from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.elements import first, text

OF_HERE: Final = "of-here"
"""The system of a number that we looked up ourselves."""


class Target(NamedTuple):
    """A resource that was found, or the identifier by which it is known elsewhere."""

    resource: Resource | None = None
    system: str = ""
    value: str = ""


def nobody(_identity: str) -> str:
    """Without a register to look into, no id is anybody's."""
    return ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The resources of one message by the addresses under which they may be meant."""

    by_address: dict[str, Resource] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    """Patients of the message that were read already, by the `id()` of the resource."""
    mrn_of: Callable[[str], str] = nobody
    """The record number of a patient by the id that they have here; empty for nobody."""

    def resolve(self, reference: object, within: Resource) -> Target:
        """What `reference`, an element of `within`, points to. Nothing: an empty target."""
        meant = first(reference)
        address = text(meant.get("reference"))
        if address.startswith("#"):
            return Target(_contained(within, address[1:]))
        if found := self._addressed(address):
            return Target(found)
        if "?" in address:
            return _conditional(address)
        if mrn := self._of_here(address):
            return Target(None, OF_HERE, mrn)
        identifier = first(meant.get("identifier"))
        return Target(None, text(identifier.get("system")), text(identifier.get("value")))

    def _of_here(self, address: str) -> str:
        """`Patient/<id>`, the id being one that our own interface gave out."""
        steps = address.partition("/_history/")[0].split("/")
        return self.mrn_of(steps[-1]) if len(steps) > 1 and steps[-2] == "Patient" else ""

    def _addressed(self, address: str) -> Resource | None:
        """By the whole address, or by its last two steps (`Patient/12`, whatever the version)."""
        if found := self.by_address.get(address):
            return found
        steps = address.partition("/_history/")[0].split("/")
        return self.by_address.get("/".join(steps[-2:])) if len(steps) > 1 else None


def surroundings(
    entries: Iterable[tuple[str, Resource]], mrn_of: Callable[[str], str] = nobody
) -> Surroundings:
    """From pairs of fullUrl and resource."""
    found: dict[str, Resource] = {}
    for full_url, resource in entries:
        identity = text(resource.get("id"))
        if identity:
            found.setdefault(f"{resource.get('resourceType')}/{identity}", resource)
        if full_url:
            found[full_url] = resource
    return Surroundings(found, mrn_of=mrn_of)


def all_of(where: Surroundings, references: object, within: Resource) -> list[Resource]:
    """The resources that a list of references points to, as far as they are in the message."""
    listed = references if isinstance(references, list) else [references]
    found = (where.resolve(one, within).resource for one in listed)
    return [one for one in found if one is not None]


def _contained(within: Resource, identity: str) -> Resource | None:
    inside = within.get("contained")
    for one in inside if isinstance(inside, list) else ():
        if isinstance(one, dict) and one.get("id") == identity:
            return one
    return None


def _conditional(address: str) -> Target:
    """`Patient?identifier=system|value`."""
    asked = parse_qs(address.partition("?")[2])
    value = next(iter(asked.get("identifier", ())), "")
    system, bar, rest = value.partition("|")
    return Target(None, system, rest) if bar else Target(None, "", value)
