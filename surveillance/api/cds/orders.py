"""Which exams the orders of order-select name: by code, or in the hospital's own words."""

from typing import Any, Final

from patients.models import Site
from surveillance.fhir_out.codes import TERM
from surveillance.fhir_out.elements import Json
from surveillance.intake.fhir.elements import all_words, codes, first, objects
from surveillance.intake.fhir.mapping import FaultyMapping, FhirMapping, read_mapping
from surveillance.intake.fhir.modalities import exam_of
from surveillance.models import IntakeFeed, MessageFormat
from surveillance.protocol.terms import Modality

OWN: Final = f"{TERM}modality"
"""Our own words, which other systems may use otherwise."""


def modalities_ordered(context: Any, site: Site) -> frozenset[Modality]:
    """The exams among the selected drafts, or among all where the hook says nothing of a selection.

    A code is looked up as reports of the site's FHIR feed are read: its own mapping, LOINC, our own
    terms, then the words. What names no exam that we know is left out.
    """
    mapping = _mapping(site)
    found = (_exam(order, mapping) for order in _selected(context))
    return frozenset(modality for modality in found if modality)


def _selected(context: Any) -> list[Json]:
    if not isinstance(context, dict):
        return []
    entries = objects(first(context.get("draftOrders")).get("entry"))
    drafts = [one["resource"] for one in entries if isinstance(one.get("resource"), dict)]
    selections = context.get("selections")
    if not isinstance(selections, list) or not selections:
        return drafts
    return [one for one in drafts if f"{one.get('resourceType')}/{one.get('id')}" in selections]


def _exam(order: Json, mapping: FhirMapping) -> Modality | None:
    concept = order.get("code")
    named = list(codes(concept))
    own = (code.code for code in named if code.system == OWN and code.code in set(Modality))
    if term := next(own, None):
        return Modality(term)
    return exam_of(mapping, named, (), all_words(concept)).modality


def _mapping(site: Site) -> FhirMapping:
    feeds = IntakeFeed.objects.filter(site=site, format=MessageFormat.FHIR_R4, is_active=True)
    feed = feeds.order_by("pk").first()
    try:
        return read_mapping(feed.mapping if feed else {}, site.time_zone)
    except FaultyMapping:
        return FhirMapping()
