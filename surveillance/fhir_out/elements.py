"""The small pieces of which resources are made. What is not known is left out, never filled in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """Where the resources live (`base`, without a slash at its end), and the moment of asking."""

    base: str
    now: datetime


def resource(kind: str, id_: str, **elements: Any) -> Json:
    """A resource with what is known of it; `type_` and the like lose their underscore."""
    return {"resourceType": kind, "id": id_, **known(**elements)}


def known(**elements: Any) -> Json:
    """An element with what is known of it: no empty text, list or object (FHIR forbids them)."""
    pairs = ((name.rstrip("_"), value) for name, value in elements.items())
    return {name: value for name, value in pairs if value not in (None, "", [], {})}


def reference(kind: str, id_: object) -> Json:
    """A reference to a resource that is read here."""
    return {"reference": f"{kind}/{id_}"}


def practitioner(user: Any) -> Json | None:
    """A member of staff by number, whom this server shows nowhere else; None for nobody."""
    if user is None:
        return None
    name = user.get_full_name() or f"Account {user.pk}"
    return {
        "type": "Practitioner",
        "identifier": {"system": "urn:hepcalc:account", "value": str(user.pk)},
        "display": name,
    }


def organization(site: Any) -> Json:
    """A site by its short name, which this server shows nowhere else."""
    return {
        "type": "Organization",
        "identifier": {"system": "urn:hepcalc:site", "value": site.slug},
        "display": site.name,
    }


SOFTWARE: Json = {
    "type": "Device",
    "identifier": {"system": "urn:hepcalc:device", "value": "hepcalc-surveillance"},
    "display": "HepCalc Surveillance",
}


def coding(system: str, code: str, display: str = "") -> Json:
    """One code of one system."""
    return known(system=system, code=code, display=display)


def concept(*codings: Json, text: str = "") -> Json:
    """What is meant, in one or more codes and in words."""
    return known(coding=list(codings), text=text)


def period(start: date | None, end: date | None) -> Json:
    """From the first day to the last, both included."""
    return known(start=day(start), end=day(end))


def day(value: date | None) -> str | None:
    """A FHIR date."""
    return None if value is None else value.isoformat()


def instant(value: datetime | None) -> str | None:
    """A FHIR instant; moments are kept in UTC."""
    return None if value is None else value.isoformat(timespec="milliseconds")


def quantity(value: Decimal | None, unit: str) -> Json | None:
    """A number with its UCUM unit."""
    if value is None:
        return None
    number = float(value) if value % 1 else int(value)
    return {"value": number, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def narrative(*sentences: str) -> Json:
    """Sentences for people who read the resource without our words."""
    words = " ".join(_escaped(one) for one in sentences if one)
    div = f'<div xmlns="http://www.w3.org/1999/xhtml">{words}</div>'
    return {"status": "generated", "div": div}


def _escaped(text: str) -> str:
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(sign, entity)
    return text


def extensions(pairs: Iterable[tuple[str, Any]]) -> list[Json]:
    """Our own extensions: their names are explained in docs/integration.md."""
    return [
        {"url": f"urn:hepcalc:extension:{name}", "valueString": str(value)}
        for name, value in pairs
        if value not in (None, "")
    ]
