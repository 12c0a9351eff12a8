"""What R4 asks for and HL7's JSON schema does not know: codes that must be there, one value of a
choice, codes of required value sets, days that exist, texts that can be unpacked."""

from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Iterator
from dataclasses import replace

from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.elements import codes, objects
from surveillance.intake.fhir.problems import IssueType, Problem
from surveillance.intake.fhir.times import is_real

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
CODES: dict[str, dict[str, frozenset[str]]] = {
    "ServiceRequest": {
        "status": frozenset(
            {"draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"}
        ),
        "intent": frozenset(
            {"proposal", "plan", "directive", "order", "original-order", "reflex-order",
             "filler-order", "instance-order", "option"}
        ),
        "priority": frozenset({"routine", "urgent", "asap", "stat"}),
    },
}  # fmt: skip
CONCEPTS: dict[str, dict[str, frozenset[str]]] = {
    "Condition": {
        "clinicalStatus": frozenset(
            {"active", "recurrence", "relapse", "inactive", "remission", "resolved"}
        ),
        "verificationStatus": frozenset(
            {"unconfirmed", "provisional", "differential", "confirmed", "refuted",
             "entered-in-error"}
        ),
    },
}  # fmt: skip
Steps = tuple[str, ...]

VALUE_TYPES = (
    "Address", "Age", "Boolean", "CodeableConcept", "Coding", "DateTime", "Integer", "Period",
    "Quantity", "Range", "Ratio", "SampledData", "String", "Time", "Timing", "Uri",
)  # fmt: skip


def _steps(names: tuple[str, ...]) -> tuple[tuple[Steps, str], ...]:
    """Dotted names as the way to their parent and the last element."""
    split = [tuple(name.split(".")) for name in names]
    return tuple((steps[:-1], steps[-1]) for steps in split)


_REQUIRED = {kind: _steps(names) for kind, names in REQUIRED.items()}
_DATES = {kind: _steps(names) for kind, names in DATES.items()}
_CHOICES = {
    kind: tuple(
        (steps, name, frozenset(name + value for value in VALUE_TYPES))
        for steps, name in _steps(names)
    )
    for kind, names in CHOICES.items()
}


def own_checks(resource: Resource, path: str) -> list[Problem]:
    """What else is wrong with a resource than the schema says; also where that finds faults: what
    is not as the schema asks for is passed over here."""
    kind = resource["resourceType"]
    found = [*_missing(resource, kind), *_two_of_a_choice(resource, kind)]
    found += [*_no_days(resource, kind), *_no_codes(resource, kind)]
    if kind == "DiagnosticReport":
        found += _no_text(resource)
    return [replace(problem, path=f"{path}.{problem.path}") for problem in found]


def _parents(node: object, steps: Steps, place: str = "") -> Iterator[tuple[Resource, str]]:
    """Each object at the end of these steps, with its place."""
    if not isinstance(node, dict):
        return
    if not steps:
        yield node, place
        return
    below = node.get(steps[0])
    if isinstance(below, list):
        for index, one in enumerate(below):
            yield from _parents(one, steps[1:], f"{place}{steps[0]}[{index}].")
    elif below is not None:
        yield from _parents(below, steps[1:], f"{place}{steps[0]}.")


def _missing(resource: Resource, kind: str) -> Iterator[Problem]:
    for steps, name in _REQUIRED[kind]:
        for node, where in _parents(resource, steps) if steps else ((resource, ""),):
            if name not in node and f"_{name}" not in node:
                words = f"“{name}” is missing. R4 asks for it here."
                yield Problem(f"{where}{name}", IssueType.REQUIRED, words)


def _two_of_a_choice(resource: Resource, kind: str) -> Iterator[Problem]:
    for steps, name, names in _CHOICES[kind]:
        for node, where in _parents(resource, steps) if steps else ((resource, ""),):
            if len(names & node.keys()) > 1:
                said = [one for one in node if one in names]
                words = f"Only one of {name}[x] may be given, not {' and '.join(said)}."
                yield Problem(f"{where}{said[1]}", IssueType.INVARIANT, words)


def _no_days(resource: Resource, kind: str) -> Iterator[Problem]:
    for steps, name in _DATES[kind]:
        for node, where in _parents(resource, steps) if steps else ((resource, ""),):
            if isinstance(node.get(name), str) and not is_real(node[name]):
                words = "There is no such day or moment in the calendar."
                yield Problem(f"{where}{name}", IssueType.VALUE, words)


def _no_codes(resource: Resource, kind: str) -> Iterator[Problem]:
    for element, allowed in CODES.get(kind, {}).items():
        if isinstance(resource.get(element), str) and resource[element] not in allowed:
            yield _no_code(element, allowed)
    for element, allowed in CONCEPTS.get(kind, {}).items():
        for index, code in enumerate(codes(resource.get(element))):
            if code.code not in allowed:
                yield _no_code(f"{element}.coding[{index}].code", allowed)


def _no_code(where: str, allowed: frozenset[str]) -> Problem:
    words = f"Not a code of R4. Use one of: {', '.join(sorted(allowed))}."
    return Problem(where, IssueType.CODE_INVALID, words)


def _no_text(report: Resource) -> Iterator[Problem]:
    for index, form in enumerate(objects(report.get("presentedForm"))):
        where = f"presentedForm[{index}]"
        if not isinstance(form.get("data"), str):
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
