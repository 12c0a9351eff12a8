"""What R4 asks for and HL7's JSON schema does not know: codes that must be there, one value of a
choice, codes of required value sets, days that exist, texts that can be unpacked."""

from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Iterator
from typing import Any

from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.elements import codes
from surveillance.intake.fhir.problems import IssueType, Problem
from surveillance.intake.fhir.times import is_real

Found = Iterator[tuple[str, Any]]

REQUIRED: dict[str, tuple[str, ...]] = {
    "Patient": ("link.type", "communication.language"),
    "Condition": (),
    "ImagingStudy": ("status", "series.uid", "series.instance.uid", "series.instance.sopClass"),
    "DiagnosticReport": ("status",),
    "Observation": ("status",),
    "ServiceRequest": ("status", "intent"),
    "Appointment": ("status", "participant.status"),
    "Bundle": ("type",),
    "MessageHeader": (),
}
CHOICES: dict[str, tuple[str, ...]] = {
    "Patient": ("deceased", "multipleBirth"),
    "Condition": ("onset", "abatement"),
    "ImagingStudy": (),
    "DiagnosticReport": ("effective",),
    "Observation": ("effective", "value", "component.value"),
    "ServiceRequest": ("quantity", "occurrence", "asNeeded"),
    "Appointment": (),
    "Bundle": (),
    "MessageHeader": ("event",),
}
DATES: dict[str, tuple[str, ...]] = {
    "Patient": ("birthDate", "deceasedDateTime", "meta.lastUpdated"),
    "Condition": ("onsetDateTime", "abatementDateTime", "recordedDate", "onsetPeriod.start",
                  "meta.lastUpdated"),
    "ImagingStudy": ("started", "meta.lastUpdated"),
    "DiagnosticReport": ("effectiveDateTime", "effectivePeriod.start", "issued",
                         "meta.lastUpdated"),
    "Observation": ("effectiveDateTime", "issued", "meta.lastUpdated"),
    "ServiceRequest": ("authoredOn", "occurrenceDateTime", "meta.lastUpdated"),
    "Appointment": ("start", "created", "requestedPeriod.start", "meta.lastUpdated"),
    "Bundle": ("timestamp", "meta.lastUpdated"),
    "MessageHeader": (),
}  # fmt: skip
CODES: dict[str, frozenset[str]] = {
    "ServiceRequest.status": frozenset(
        {"draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"}
    ),
    "ServiceRequest.intent": frozenset(
        {"proposal", "plan", "directive", "order", "original-order", "reflex-order",
         "filler-order", "instance-order", "option"}
    ),
    "ServiceRequest.priority": frozenset({"routine", "urgent", "asap", "stat"}),
}  # fmt: skip
CONCEPTS: dict[str, frozenset[str]] = {
    "Condition.clinicalStatus": frozenset(
        {"active", "recurrence", "relapse", "inactive", "remission", "resolved"}
    ),
    "Condition.verificationStatus": frozenset(
        {"unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error"}
    ),
}


def own_checks(resource: Resource, path: str) -> list[Problem]:
    """What else is wrong with a resource that the schema lets pass."""
    kind = resource["resourceType"]
    found = [*_missing(resource, kind, path), *_two_of_a_choice(resource, kind, path)]
    found += [*_no_days(resource, kind, path), *_no_codes(resource, kind, path)]
    if kind == "DiagnosticReport":
        found += _no_text(resource, path)
    return found


def _parents(node: Resource, name: str, path: str) -> Iterator[tuple[Resource, str, str]]:
    """Each object that should have the last element of a dotted name, with that name and place."""
    head, _, rest = name.partition(".")
    if not rest:
        yield node, head, path
        return
    below = node.get(head)
    if isinstance(below, list):
        for index, one in enumerate(below):
            yield from _parents(one, rest, f"{path}.{head}[{index}]")
    elif below is not None:
        yield from _parents(below, rest, f"{path}.{head}")


def _missing(resource: Resource, kind: str, path: str) -> Iterator[Problem]:
    for dotted in REQUIRED[kind]:
        for node, name, where in _parents(resource, dotted, path):
            if name not in node and f"_{name}" not in node:
                words = f"“{name}” is missing. R4 asks for it here."
                yield Problem(f"{where}.{name}", IssueType.REQUIRED, words)


def _two_of_a_choice(resource: Resource, kind: str, path: str) -> Iterator[Problem]:
    for dotted in CHOICES[kind]:
        for node, name, where in _parents(resource, dotted, path):
            said = [one for one in node if one.startswith(name) and one[len(name) :][:1].isupper()]
            if len(said) > 1:
                words = f"Only one of {name}[x] may be given, not {' and '.join(said)}."
                yield Problem(f"{where}.{said[1]}", IssueType.INVARIANT, words)


def _no_days(resource: Resource, kind: str, path: str) -> Iterator[Problem]:
    for dotted in DATES[kind]:
        for node, name, where in _parents(resource, dotted, path):
            if name in node and not is_real(node[name]):
                words = "There is no such day or moment in the calendar."
                yield Problem(f"{where}.{name}", IssueType.VALUE, words)


def _no_codes(resource: Resource, kind: str, path: str) -> Iterator[Problem]:
    for name, allowed in CODES.items():
        owner, _, element = name.partition(".")
        if owner == kind and element in resource and resource[element] not in allowed:
            yield _no_code(f"{path}.{element}", allowed)
    for name, allowed in CONCEPTS.items():
        owner, _, element = name.partition(".")
        if owner != kind:
            continue
        for index, code in enumerate(codes(resource.get(element))):
            if code.code not in allowed:
                yield _no_code(f"{path}.{element}.coding[{index}].code", allowed)


def _no_code(where: str, allowed: frozenset[str]) -> Problem:
    words = f"Not a code of R4. Use one of: {', '.join(sorted(allowed))}."
    return Problem(where, IssueType.CODE_INVALID, words)


def _no_text(report: Resource, path: str) -> Iterator[Problem]:
    for index, form in enumerate(report.get("presentedForm", ())):
        where = f"{path}.presentedForm[{index}]"
        if "data" not in form:
            continue
        if "contentType" not in form:
            words = "“contentType” is missing: data cannot be read without it."
            yield Problem(f"{where}.contentType", IssueType.REQUIRED, words)
        if not _is_base64(form["data"]):
            yield Problem(f"{where}.data", IssueType.VALUE, "Must be base64.")


def _is_base64(data: str) -> bool:
    try:
        b64decode("".join(data.split()), validate=True)
    except (BadBase64, ValueError):
        return False
    return True
