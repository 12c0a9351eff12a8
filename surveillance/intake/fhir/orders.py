"""ServiceRequest: an imaging order, placed or cancelled."""

from typing import Final

from surveillance.arrivals import OrderArrival, OrderState
from surveillance.intake.fhir.categories import is_imaging, says_otherwise
from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.elements import (
    all_words,
    codes,
    first,
    identifiers,
    only_identifier,
    text,
    words,
)
from surveillance.intake.fhir.mapping import FhirMapping
from surveillance.intake.fhir.modalities import Exam, exam_of, is_known, is_none_of_ours
from surveillance.intake.fhir.people import subject_of
from surveillance.intake.fhir.problems import note
from surveillance.intake.fhir.telling import NotMapped, Telling, Translated
from surveillance.intake.fhir.times import day_of

CANCELLED: Final = frozenset({"revoked", "entered-in-error"})
NOT_YET: Final = frozenset({"draft"})
ORDERS: Final = frozenset(
    {"order", "original-order", "reflex-order", "filler-order", "instance-order", "directive"}
)


def translate_order(told: Telling) -> Translated:
    """An imaging order. Drafts, proposals and plans are no orders; “do not perform” is none."""
    request = told.resource
    exam = exam_asked(request, told.mapping)
    if (why := _unused(request, told.mapping)) is not None:
        element, words_ = why
        return Translated((), (note(told.at(element), words_),))
    number = order_number_in(request, told.mapping)
    if not number:
        words_ = (
            "The order has no number: an identifier of type PLAC (HL7 table 0203), or of a system "
            "named in the feed's mapping: order_systems."
        )
        raise NotMapped("no_order_number", told.at("identifier"), words_)
    said_at = told.said_at("authoredOn")
    ordered = text(request.get("authoredOn"))
    day = day_of(ordered, told.mapping.zone) if ordered else None
    cancelled = request["status"] in CANCELLED
    arrival = OrderArrival(
        person=subject_of(told, "subject"),
        order_number=number,
        state=OrderState.CANCELLED if cancelled else OrderState.PLACED,
        ordered_on=day or said_at.astimezone(told.mapping.zone).date(),
        modality=exam.modality,
        procedure=words(request.get("code")),
        body_site=exam.body_site,
        reason=words(request.get("reasonCode")),
        said_at=said_at,
    )
    return Translated((arrival,))


def exam_asked(request: Resource, mapping: FhirMapping) -> Exam:
    """Which exam is asked for, where in the body."""
    coded = [*codes(request.get("code")), *codes(request.get("orderDetail"))]
    said = " ".join([all_words(request.get("code")), all_words(request.get("orderDetail"))])
    exam = exam_of(mapping, coded, (), said)
    return Exam(exam.modality, words(request.get("bodySite")) or exam.body_site)


def order_number_in(request: Resource, mapping: FhirMapping) -> str:
    """The placer's number."""
    if mapping.order_systems:
        found = identifiers(request, systems=mapping.order_systems)
    else:
        found = identifiers(request, "PLAC", "FILL")
    return found[0] if found else ("" if mapping.order_systems else only_identifier(request))


def order_number_of(told: Telling, reference: Resource, within: Resource) -> str:
    """The number of the order that a reference means, in the message or by identifier."""
    target = told.around.resolve(reference, within)
    if target.resource is None:
        return target.value
    if target.resource.get("resourceType") != "ServiceRequest":
        return ""
    return order_number_in(target.resource, told.mapping)


def _unused(request: Resource, mapping: FhirMapping) -> tuple[str, str] | None:
    """The element that makes it no order of ours, and why."""
    if request.get("doNotPerform") is True:
        return "doNotPerform", "Not used: it asks for something not to be done."
    if request.get("intent") not in ORDERS:
        return "intent", "Not used: only orders are (intent “order”)."
    if request.get("status") in NOT_YET:
        return "status", "Not used: a draft is not ordered yet."
    if is_none_of_ours(mapping, codes(request.get("code"))):
        return "code", "Not used: the feed's mapping calls it no imaging."
    known = is_known(mapping, codes(request.get("code")))
    asked = exam_asked(request, mapping).modality
    if says_otherwise(request.get("category")) and not known and asked is None:
        return "category", "Not used: it is no imaging order."
    if is_imaging(request.get("category")) or known or asked or first(request.get("code")):
        return None
    return "code", "Not used: it does not say what is ordered."
