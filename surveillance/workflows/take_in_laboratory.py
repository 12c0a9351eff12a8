"""A laboratory tells a result that the protocol asks for: AFP (A-49), eGFR (A-28).

Of several statements under one number the latest stands, in whatever order they come. A result is
never taken away by a machine: where the sender corrects or withdraws what is on file, and what is
on file asks for more than the correction does, the part waits and says what is on file
(docs/adr/0062). What is not on file yet is never put there by a statement that was overtaken.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.models import AfpResult, Patient
from surveillance.arrivals import ArrivalKind, LaboratoryArrival, ResultState
from surveillance.models import IntakeItem
from surveillance.protocol.decisions import is_raised
from surveillance.protocol.facts import AfpResult as AfpFact
from surveillance.protocol.laboratory import LaboratoryTest
from surveillance.protocol.parameters import LOW_EGFR_BELOW
from surveillance.record_locks import lock_records
from surveillance.said_before import (
    Said,
    heard_about,
    moment_of,
    newest_of_each,
    numbers_of,
    patient_known_as,
    records_of_person,
)
from surveillance.workflows.doubt_about import doubt_about
from surveillance.workflows.hear_arrangements_again import hear_arrangements_again
from surveillance.workflows.learn_egfr import learn_egfr
from surveillance.workflows.taken_in import (
    TakenIn,
    applied,
    known_already,
    not_followed,
    nothing_new,
    told_otherwise,
    waiting,
)
from surveillance.workflows.update_risk import AfpFacts, update_risk

RECORDED: Final = "result_recorded"
ON_FILE: Final = frozenset({RECORDED, "known_already"})
"""Codes of results that are on file."""
UNITS: Final = {LaboratoryTest.AFP: "ng/mL", LaboratoryTest.EGFR: "mL/min/1.73 m²"}
NAMES: Final = {LaboratoryTest.AFP: "AFP", LaboratoryTest.EGFR: "eGFR"}
PROBLEMS: Final = {
    "no_unit": gettext_noop(
        "The result has no unit. Ask the sender for it; import the value by a registry file, then "
        "set this aside."
    ),
    "unknown_unit": gettext_noop(
        "The unit of the result is not known here. Give its meaning in the mapping of the feed "
        "(laboratory_units) and read the message again, or import the value by a registry file and "
        "set this aside."
    ),
    "no_number": gettext_noop(
        "The result is no number. Look at the message; import what it says by a registry file, "
        "then set this aside."
    ),
    "unclear_limit": gettext_noop(
        "The result is a limit, and the value could lie on either side of what matters here. Ask "
        "the laboratory; import the value by a registry file, then set this aside."
    ),
    "implausible_value": gettext_noop(
        "Nobody’s blood holds so much. Ask the laboratory; import the right value by a registry "
        "file, then set this aside."
    ),
}
"""Why a result cannot be used, by the code that its arrival carries."""


@transaction.atomic
def take_in_laboratory(*, item: IntakeItem, arrival: LaboratoryArrival, now: datetime) -> TakenIn:
    """Record the result, and decide again about all lesions. The same again changes nothing.

    Of several eGFR of one day the lowest counts. Waits for a person: a value that cannot be used,
    a result withdrawn after it was recorded, and a correction that would take away a raised AFP or
    a low eGFR on file (the corrected AFP is recorded all the same), and what `doubt_about`
    says. Refused: what `update_risk` refuses, a day in the future above all.
    """
    known = patient_known_as(item.site, arrival.person.mrn)
    if known is None:
        return not_followed()
    patient = lock_records([known.pk])[known.pk]
    if doubt := doubt_about(item=item, arrival=arrival, known=known, patient=patient):
        return doubt
    return _taken(item, arrival, patient, now)


def _taken(
    item: IntakeItem, arrival: LaboratoryArrival, patient: Patient, now: datetime
) -> TakenIn:
    numbers = numbers_of(records_of_person(patient))
    heard = [
        said
        for said in heard_about(item.site, ArrivalKind.LABORATORY, numbers)
        if said.item.pk != item.pk
    ]
    same = [said for said in heard if said.item.key == item.key]
    if any(said.moment > moment_of(item) for said in same):
        return told_otherwise(patient)
    before = list(_recorded_of(same, arrival, patient))
    if arrival.state is ResultState.CANCELLED:
        return _withdrawn(before, patient)
    if arrival.value is None:
        return waiting(arrival.problem, _(PROBLEMS[arrival.problem]), patient)
    is_new = _learn(item, arrival, arrival.value, heard, patient, now)
    if is_new:
        hear_arrangements_again(patient=patient)
    if overruled := _asks_for_more(before, arrival):
        return waiting("correction_asks_for_less", _still_counts(overruled, arrival), patient)
    if not is_new:
        return known_already(patient)
    return applied(RECORDED, _("The laboratory result was recorded."), patient)


def _recorded_of(
    same: Iterable[Said], arrival: LaboratoryArrival, patient: Patient
) -> Iterator[LaboratoryArrival]:
    """What was recorded under this number; where the words of its message are emptied since, any
    AFP on file of that day may be it."""
    for said in same:
        if said.item.code not in ON_FILE:
            continue
        if isinstance(said.arrival, LaboratoryArrival):
            yield said.arrival
            continue
        for row in AfpResult.objects.filter(patient=patient, taken_on=arrival.taken_on):
            value, flags = row.value_ng_ml, (row.rising, row.elevated_for_age)
            yield replace(arrival, value=value, rising=flags[0], elevated_for_age=flags[1])


def _withdrawn(before: list[LaboratoryArrival], patient: Patient) -> TakenIn:
    if not before:
        words = _("Withdrawn by the laboratory; nothing was on file under this number.")
        return nothing_new("nothing_to_cancel", words, patient)
    words = _(
        "The laboratory withdrew {result}, which is on file and counts until a person decides: "
        "look at what it led to, decide otherwise where it was wrong, and set this aside."
    )
    return waiting("result_withdrawn", words.format(result=_words(before[-1])), patient)


def _learn(
    item: IntakeItem,
    arrival: LaboratoryArrival,
    value: Decimal,
    heard: list[Said],
    patient: Patient,
    now: datetime,
) -> bool:
    """Whether our records changed."""
    source = _("message of {feed}").format(feed=item.message.feed.name)
    if arrival.test is LaboratoryTest.AFP:
        return _learn_afp(arrival, value, source, patient, now)
    standing = _egfr(newest_of_each(said for said in heard if said.item.key != item.key))
    return learn_egfr(
        patient=patient,
        value=min([value, *(other for day, other in standing if day == arrival.taken_on)]),
        taken_on=arrival.taken_on,
        told_of_that_day={other for day, other in _egfr(heard) if day == arrival.taken_on},
        measured_later={day for day, _other in standing if day > arrival.taken_on},
        source=source,
        now=now,
    )


def _egfr(heard: Iterable[Said]) -> list[tuple[date, Decimal]]:
    """The measurements of kidneys among what was heard, each with its day."""
    told = [said.arrival for said in heard]
    return [
        (one.taken_on, one.value)
        for one in told
        if isinstance(one, LaboratoryArrival)
        and one.test is LaboratoryTest.EGFR
        and one.value is not None
    ]


def _learn_afp(
    arrival: LaboratoryArrival, value: Decimal, source: str, patient: Patient, now: datetime
) -> bool:
    """What the laboratory does not say (rising, high for the age) it does not deny."""
    known = AfpResult.objects.filter(
        patient=patient, taken_on=arrival.taken_on, value_ng_ml=value
    ).first()
    if known and _says_as_much(known, arrival):
        return False
    facts = AfpFacts(
        taken_on=arrival.taken_on,
        value_ng_ml=value,
        rising=arrival.rising,
        elevated_for_age=arrival.elevated_for_age,
        source=source,
    )
    update_risk(
        patient=patient, facts=None, afp=facts, effective_on=arrival.taken_on, source=source,
        by=None, now=now,
    )  # fmt: skip
    return True


def _says_as_much(known: AfpResult, arrival: LaboratoryArrival) -> bool:
    is_as_high = known.elevated_for_age or not arrival.elevated_for_age
    return is_as_high and (known.rising or not arrival.rising)


def _asks_for_more(
    before: list[LaboratoryArrival], arrival: LaboratoryArrival
) -> LaboratoryArrival | None:
    """An earlier statement under this number that is on file and asks for more than this one: a
    raised AFP that is not raised now or is of an earlier day, a low eGFR of another day."""
    for one in reversed(before):
        is_moved = one.taken_on > arrival.taken_on
        if _is_afp_alarm(one) and (is_moved or not _is_afp_alarm(arrival)):
            return one
        if _is_low_egfr(one) and one.taken_on != arrival.taken_on:
            return one
    return None


def _is_afp_alarm(one: LaboratoryArrival) -> bool:
    if one.test is not LaboratoryTest.AFP:
        return False
    return one.elevated_for_age or is_raised(AfpFact(one.taken_on, one.value, one.rising))


def _is_low_egfr(one: LaboratoryArrival) -> bool:
    is_egfr = one.test is LaboratoryTest.EGFR
    return is_egfr and one.value is not None and one.value < LOW_EGFR_BELOW.value


def _still_counts(overruled: LaboratoryArrival, arrival: LaboratoryArrival) -> str:
    words = _(
        "The laboratory says {now} instead of {before}. Both are on file, and the first counts "
        "until a person decides: look at what it led to, decide otherwise where it was wrong, and "
        "set this aside."
    )
    return words.format(now=_words(arrival), before=_words(overruled))


def _words(one: LaboratoryArrival) -> str:
    """'AFP 45 ng/mL of 2026-05-03'."""
    said = _("{test} {value} {unit} of {day}")
    return said.format(
        test=NAMES[one.test],
        value=_plain(one.value),
        unit=UNITS[one.test],
        day=one.taken_on.isoformat(),
    )


def _plain(value: Decimal | None) -> str:
    return "?" if value is None else f"{value.normalize():f}"
