"""Observation of a laboratory: an AFP or an eGFR, by itself or as a result of its report."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from surveillance.arrivals import LaboratoryArrival, ResultState
from surveillance.intake.fhir.codes import LOINC
from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.elements import codes, first, identifiers, objects, text, words
from surveillance.intake.fhir.mapping import FhirMapping, look_up
from surveillance.intake.fhir.people import subject_of
from surveillance.intake.fhir.problems import note
from surveillance.intake.fhir.telling import NotMapped, Telling, Translated
from surveillance.intake.fhir.times import day_of
from surveillance.intake.laboratory_values import LOINC_TESTS, Measured, is_pending, measured
from surveillance.protocol.laboratory import LaboratoryTest

TESTS: Final = {f"{LOINC}|{code}": test for code, test in LOINC_TESTS.items()}
STATES: Final = {
    "final": ResultState.FINAL,
    "amended": ResultState.CORRECTED,
    "corrected": ResultState.CORRECTED,
    "cancelled": ResultState.CANCELLED,
    "entered-in-error": ResultState.CANCELLED,
}
NOT_FINAL: Final = frozenset({"registered", "preliminary"})
VOID: Final = frozenset({"cancelled", "entered-in-error"})
HIGH: Final = frozenset({"H", "HH", "HU"})
RISING: Final = "U"
"""Codes of ObservationInterpretation: significant change up."""
OF_THE_REPORT: Final = ("subject", "effectiveDateTime", "effectivePeriod", "issued", "meta")
"""What a contained result leaves out and its report says."""
NOT_USED: Final = (
    "Not used a second time: it is read with the report that names it as a result. Without one "
    "only an AFP or an eGFR is used (LOINC, or the feed's mapping: laboratory)."
)


def named_test(observation: Resource, mapping: FhirMapping) -> LaboratoryTest | None:
    """The test that its code names, if it is one that is used."""
    found = (look_up(code, mapping.laboratory, TESTS) for code in codes(observation.get("code")))
    return next(filter(None, found), None)


def translate_result(told: Telling) -> Translated:
    """A result that is final, corrected or withdrawn. One that is preliminary is not used yet."""
    observation = told.resource
    test = named_test(observation, told.mapping)
    if test is None:
        return Translated((), (note(told.path, NOT_USED),))
    if observation.get("status") in NOT_FINAL:
        return Translated((), (note(told.at("status"), "Not used: the result is not final yet."),))
    if is_pending(_text(observation)) or _is_absent(observation):
        words_ = "Not used: it says that there is no value."
        return Translated((), (note(told.at("value"), words_),))
    return Translated((_arrival(told, test),))


def results_inside(told: Telling) -> Translated:
    """The results that are contained in a laboratory's report. Those beside it in a bundle are
    read by themselves."""
    said = [translate_result(one) for one in _contained(told)]
    return Translated(
        tuple(part for one in said for part in one.parts),
        tuple(remark for one in said for remark in one.notes),
    )


def result_number_in(observation: Resource) -> str:
    """The laboratory's number: of the filler, else any, else its own id. None: empty."""
    listed = (text(one.get("value")) for one in objects(observation.get("identifier")))
    typed = identifiers(observation, "FILL")
    return next(filter(None, [*typed, *listed]), "") or text(observation.get("id"))


def _contained(told: Telling) -> Iterator[Telling]:
    report = told.resource
    named = {text(one.get("reference")) for one in objects(report.get("result"))}
    inherited: Resource = {name: report[name] for name in OF_THE_REPORT if name in report}
    void = {"status": report["status"]} if report.get("status") in VOID else {}
    for index, inside in enumerate(objects(report.get("contained"))):
        identity = text(inside.get("id"))
        if f"#{identity}" not in named or named_test(inside, told.mapping) is None:
            continue
        own = f"{result_number_in(report)} {identity}".strip()
        whole: Resource = {
            **inherited, **inside, **void, "contained": report["contained"],
            "identifier": inside.get("identifier") or [{"value": own}],
        }  # fmt: skip
        path = f"{told.path}.contained[{index}]"
        yield Telling(whole, path, told.mapping, told.around, told.heard_at)


def _arrival(told: Telling, test: LaboratoryTest) -> LaboratoryArrival:
    state = _state(told)
    stands = state is not ResultState.CANCELLED
    found = _measured(told, test) if stands else Measured()
    flags = {code.code for code in codes(told.resource.get("interpretation"))} if stands else set()
    is_afp = test is LaboratoryTest.AFP
    return LaboratoryArrival(
        person=subject_of(told, "subject"),
        result=_number(told),
        test=test,
        state=state,
        taken_on=_taken_on(told, state),
        value=found.value,
        rising=is_afp and RISING in flags,
        elevated_for_age=is_afp and bool(flags & HIGH) and _is_by_age(told.resource),
        problem=found.problem,
        said_at=told.said_at("issued"),
    )


def _is_by_age(observation: Resource) -> bool:
    """Whether “high” is meant for the age: each range it was compared with is one of an age."""
    ranges = list(objects(observation.get("referenceRange")))
    return bool(ranges) and all(one.get("age") for one in ranges)


def _state(told: Telling) -> ResultState:
    status = text(told.resource.get("status"))
    if status not in STATES:
        said = "The sender does not know the result's status: send it again when it does."
        raise NotMapped("status_unknown", told.at("status"), said)
    return STATES[status]


def _measured(told: Telling, test: LaboratoryTest) -> Measured:
    units = told.mapping.laboratory_units
    quantity = told.resource.get("valueQuantity")
    if not isinstance(quantity, dict):
        return measured(test, _text(told.resource), "", units)
    number = quantity.get("value")
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return Measured(problem="no_number")
    said = f"{text(quantity.get('comparator'))}{Decimal(str(number)):f}"
    return measured(test, said, text(quantity.get("code")) or text(quantity.get("unit")), units)


def _text(observation: Resource) -> str:
    return text(observation.get("valueString")) or words(observation.get("valueCodeableConcept"))


def _is_absent(observation: Resource) -> bool:
    """Whether it says why it has no value; whoever withdraws a result need not send one."""
    has_value = any(name.startswith("value") for name in observation)
    void = observation.get("status") in VOID
    return not void and not has_value and "dataAbsentReason" in observation


def _number(told: Telling) -> str:
    number = result_number_in(told.resource)
    if not number:
        said = "The result has no identifier and no id: it could not be corrected later."
        raise NotMapped("no_result_number", told.at("identifier"), said)
    return number


def _taken_on(told: Telling, state: ResultState) -> date:
    """The day of the sample. What is withdrawn is known by its number."""
    observation, zone = told.resource, told.mapping.zone
    period = first(observation.get("effectivePeriod"))
    written = [text(observation.get("effectiveDateTime")), text(period.get("start"))]
    written.append(text(observation.get("effectiveInstant")))
    days = (day_of(one, zone) for one in written if one)
    found = next((one for one in days if one), None)
    if found is not None:
        return found
    if state is ResultState.CANCELLED:
        return told.said_at("issued").astimezone(zone).date()
    said = "Does not say on which day the sample was taken: send effectiveDateTime."
    raise NotMapped("no_date", told.at("effectiveDateTime"), said)
