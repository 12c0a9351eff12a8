"""ORU^R01 of a laboratory: one LaboratoryArrival for each OBX that holds an AFP or eGFR."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from surveillance.arrivals import (
    ArrivalKind,
    LaboratoryArrival,
    ReportState,
    ResultState,
    Unmapped,
)
from surveillance.intake.hl7v2.grouping import Scope, orders_of
from surveillance.intake.hl7v2.mapping import FeedMapping
from surveillance.intake.hl7v2.people import person_of
from surveillance.intake.hl7v2.problems import Untranslatable, tidy, within
from surveillance.intake.hl7v2.said import Sender, day_of, number_at, said_at, unmapped
from surveillance.intake.hl7v2.splitting import Segment
from surveillance.intake.hl7v2.vocabulary import LINE_STATES, NO_RESULT_YET
from surveillance.intake.laboratory_values import LOINC_TESTS, is_pending, measured
from surveillance.protocol.laboratory import LaboratoryTest

LOINC_NAMES: Final = frozenset({"", "LN", "LOINC"})
CODES: Final = ((1, 3), (4, 6))
"""Components of OBX-3: code and coding system, and those of the alternate."""
WORDS: Final = frozenset({"TX", "FT", ""})
"""Types (OBX-2) of a text that somebody dictated."""
RISING: Final = "U"
"""0078 abnormal flags (OBX-8): significant change up. H says nothing of a child: its range may be
that of adults."""
LONGEST_RESULT: Final = 190
STATES: Final = {
    ReportState.FINAL: ResultState.FINAL,
    ReportState.CORRECTED: ResultState.CORRECTED,
    ReportState.CANCELLED: ResultState.CANCELLED,
}


def results_in(segments: Iterable[Segment], sender: Sender) -> list[LaboratoryArrival | Unmapped]:
    """The results that are used, in order: of groups (OBR) of a laboratory, or of those that name
    no department. What is preliminary or pending is passed over."""
    return [
        part
        for scope in orders_of(segments)
        if _may_be_laboratory(scope, sender.mapping)
        for line in scope.named("OBX")
        if _test_of(line, sender.mapping)
        for part in _result_or_why_not(scope, line, sender)
    ]


def is_of_a_laboratory(scope: Scope, mapping: FeedMapping) -> bool:
    """Whether a group without a department is of a laboratory: it holds a result that is used, and
    nobody's words."""
    if scope.value(mapping.service):
        return False
    lines = scope.named("OBX")
    if any(line.value(2).upper() in WORDS for line in lines):
        return False
    return any(_test_of(line, mapping) for line in lines)


def _may_be_laboratory(scope: Scope, mapping: FeedMapping) -> bool:
    service = scope.value(mapping.service).casefold()
    return "OBR" in scope.first and (not service or service in mapping.not_imaging)


def _test_of(line: Segment, mapping: FeedMapping) -> str:
    """The test that the code of a line names; empty: none that is used."""
    return line.reader.once(line.raw(3), _named, line, mapping)


def _named(line: Segment, mapping: FeedMapping) -> str:
    return next((test for _code, test in _codes(line, mapping)), "")


def _codes(line: Segment, mapping: FeedMapping) -> Iterator[tuple[str, LaboratoryTest]]:
    for place, system in CODES:
        code = line.value(3, place)
        if own := mapping.laboratory_codes.get(code.casefold()):
            yield code, own
        elif code in LOINC_TESTS and line.value(3, system).upper() in LOINC_NAMES:
            yield code, LOINC_TESTS[code]


def _result_or_why_not(
    scope: Scope, line: Segment, sender: Sender
) -> Iterator[LaboratoryArrival | Unmapped]:
    own = Scope({**scope.first, "OBX": line})
    try:
        if result := _result(own, line, sender):
            yield result
    except Untranslatable as refused:
        places = sender.mapping.laboratory_number
        yield unmapped(ArrivalKind.LABORATORY, refused.problem, own, places, sender)


def _result(scope: Scope, line: Segment, sender: Sender) -> LaboratoryArrival | None:
    mapping = sender.mapping
    state = _state(scope, line, mapping)
    said = _said(line)
    if state is None or (state is not ResultState.CANCELLED and is_pending(said)):
        return None
    code, test = next(_codes(line, mapping))
    stands = state is not ResultState.CANCELLED
    found = measured(test, said, line.value(6), mapping.laboratory_units) if stands else None
    return LaboratoryArrival(
        person=person_of(scope.first.get("PID"), mapping),
        result=_number(scope, code, line.value(4), mapping),
        test=test,
        state=state,
        taken_on=_taken_on(scope, state, sender),
        value=found.value if found else None,
        rising=stands and test is LaboratoryTest.AFP and line.value(8).upper() == RISING,
        problem=found.problem if found else "",
        said_at=said_at(scope, sender),
    )


def _state(scope: Scope, line: Segment, mapping: FeedMapping) -> ResultState | None:
    """Of the line (OBX-11), else of its group (OBR-25); a group that is withdrawn has no results.
    None: not final. Raises Untranslatable where neither says."""
    sent = scope.first["OBR"].value(25)
    of_group = mapping.report_states.get(sent.casefold())
    if sent.upper() in NO_RESULT_YET:
        return None
    if of_group is ReportState.CANCELLED:
        return ResultState.CANCELLED
    own = line.value(11).upper()
    known = LINE_STATES.get(own) if own else of_group
    if known is None:
        raise Untranslatable(
            "no_status", "OBX-11", "says no result status that is known, and neither does OBR-25: "
            "the result may be preliminary."
        )  # fmt: skip
    return STATES.get(known)


def _said(line: Segment) -> str:
    """OBX-5 as a number with its sign (NM, SN, ST), or as text."""
    if line.value(2).upper() != "SN":
        return tidy(line.text(5))
    return tidy("".join(line.value(5, part) for part in (1, 2, 3, 4)))


def _number(scope: Scope, code: str, sub_id: str, mapping: FeedMapping) -> str:
    """The number of the group with code and sub-id of the line: it stays when it is corrected."""
    number = number_at(scope, mapping.laboratory_number, "no_result_number")
    whole = " ".join(part for part in (number, tidy(code), tidy(sub_id)) if part)
    return within(whole, LONGEST_RESULT, "OBX-3")


def _taken_on(scope: Scope, state: ResultState, sender: Sender) -> date:
    """The day of the sample. What is withdrawn is known by its number."""
    try:
        return day_of(scope, sender.mapping.taken_on, "no_sample_date")
    except Untranslatable:
        if state is not ResultState.CANCELLED:
            raise
        return said_at(scope, sender).date()
