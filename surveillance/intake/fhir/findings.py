"""Result Observations as coded findings: one lesion each, or the exam as a whole."""

from dataclasses import dataclass, field
from typing import Any

from surveillance.arrivals import CodedFinding
from surveillance.intake.fhir.categories import says_otherwise
from surveillance.intake.fhir.codes import FINDING, FINDINGS, QUALITY, SNOMED
from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.elements import Code, all_words, codes, objects, text
from surveillance.intake.fhir.finding_values import READERS, segments_of
from surveillance.intake.fhir.mapping import FINDING_FIELDS, FhirMapping, look_up
from surveillance.intake.fhir.problems import IssueType, Problem, note
from surveillance.intake.fhir.references import Surroundings, all_of
from surveillance.protocol.terms import VisualisationScore

WITHDRAWN = frozenset({"cancelled", "entered-in-error"})
LIVER_SITE = Code(SNOMED, "10200004", "")
TOLD = frozenset(FINDING_FIELDS - {"label", "vis"})
"""What makes an observation a finding; a name alone does not."""


@dataclass(frozen=True, slots=True)
class Results:
    """What the results of one report say. `adequate` and `vis` are of the exam as a whole."""

    findings: tuple[CodedFinding, ...] = ()
    adequate: bool | None = None
    vis: VisualisationScore | None = None
    notes: tuple[Problem, ...] = field(default=())


def results_of(report: Resource, around: Surroundings, mapping: FhirMapping, path: str) -> Results:
    """The report's results, those that they consist of included."""
    said: list[dict[str, Any]] = []
    notes: list[Problem] = []
    quality: bool | None = None
    vis = None
    for index, one in enumerate(objects(report.get("result"))):
        for observation in all_of(around, one, report):
            stated = _stated(observation, around, mapping)
            quality = _worse(quality, stated.pop("adequate", None))
            vis = stated.pop("vis", None) or vis
            if not TOLD & set(stated):
                continue
            if _elsewhere(observation):
                where = f"{path}.result[{index}]"
                words = "Not used: it speaks of a part of the body outside the liver."
                notes.append(note(where, words, IssueType.BUSINESS_RULE))
                continue
            said.append(stated)
    findings = tuple(CodedFinding(**one) for one in _by_lesion(said))
    return Results(findings, quality, vis, tuple(notes))


def in_words(report: Resource, around: Surroundings, mapping: FhirMapping) -> list[Resource]:
    """The results, and those that they consist of, that are words and no coded finding: what HL7's
    own map makes of the lines of text of an ORU. Not those of another department."""
    found = [
        member
        for observation in all_of(around, report.get("result"), report)
        for member in (observation, *all_of(around, observation.get("hasMember"), observation))
    ]
    return [one for one in found if _is_words(one, mapping)]


def _is_words(observation: Resource, mapping: FhirMapping) -> bool:
    if observation.get("status") in WITHDRAWN or says_otherwise(observation.get("category")):
        return False
    return bool(text(observation.get("valueString"))) and not _one(observation, mapping)


def _stated(
    observation: Resource, around: Surroundings, mapping: FhirMapping, deep: bool = True
) -> dict[str, Any]:
    """Fields of CodedFinding with their values, and what is said of the exam."""
    if observation.get("status") in WITHDRAWN:
        return {}
    stated = _one(observation, mapping)
    for component in objects(observation.get("component")):
        stated |= _one(component, mapping)
    for member in all_of(around, observation.get("hasMember"), observation) if deep else ():
        stated |= _stated(member, around, mapping, deep=False)
    site = observation.get("bodySite")
    if "segments" not in stated and (placed := segments_of(site, _segment_words(site))):
        stated["segments"] = placed
    return stated


def _one(holder: Resource, mapping: FhirMapping) -> dict[str, Any]:
    quality = next((look_up(code, QUALITY) for code in _values(holder) if _is_quality(code)), None)
    if quality is not None:
        return {"adequate": quality}
    name = next(filter(None, (_field(code, mapping) for code in codes(holder.get("code")))), "")
    value = READERS[name](holder) if name else None
    return {} if value is None else {name: value}


def _values(holder: Resource) -> list[Code]:
    return list(codes(holder.get("valueCodeableConcept")))


def _is_quality(code: Code) -> bool:
    return look_up(code, QUALITY) is not None


def _field(code: Code, mapping: FhirMapping) -> str:
    if code.system == FINDING and code.code in FINDING_FIELDS:
        return code.code
    return look_up(code, mapping.findings) or FINDINGS.get(f"{code.system}|{code.code}", "")


def _segment_words(site: Any) -> str:
    """Only words that name a segment: “right lobe” has no numeral, “L1” is no segment."""
    said = all_words(site)
    return said if "segment" in said.lower() else ""


def _elsewhere(observation: Resource) -> bool:
    """Whether it says that it is about another organ. It need not say that it is the liver."""
    site = observation.get("bodySite")
    said = all_words(site).lower()
    coded = list(codes(site))
    if not said and not coded:
        return False
    is_liver = any((one.system, one.code) == LIVER_SITE[:2] for one in coded)
    in_words = any(word in said for word in ("liver", "hepat", "segment"))
    return not (is_liver or in_words or segments_of(site, ""))


def _worse(known: bool | None, said: bool | None) -> bool | None:
    """A study that is once called inadequate is."""
    return said if known is None else (known and said is not False)


def _by_lesion(said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Observations that name the same lesion are one finding."""
    named: dict[str, dict[str, Any]] = {}
    found: list[dict[str, Any]] = []
    for one in said:
        label = one.get("label", "")
        if label and label in named:
            named[label] |= one
            continue
        found.append(one)
        if label:
            named[label] = one
    return found
