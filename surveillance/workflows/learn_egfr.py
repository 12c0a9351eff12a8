"""An eGFR was measured: from its day on the risk on file says so (A-28)."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from patients.models import Contraindication, Patient
from surveillance.protocol.parameters import LOW_EGFR_BELOW
from surveillance.workflows.known_from import known_from
from surveillance.workflows.update_risk import RiskFacts, update_risk

TICKED = frozenset({Contraindication.EGFR_LT_30.value})


@transaction.atomic
def learn_egfr(
    *,
    patient: Patient,
    value: Decimal,
    taken_on: date,
    told_of_that_day: Collection[Decimal],
    measured_later: Collection[date],
    source: str,
    now: datetime,
) -> bool:
    """Record the value, in mL/min/1.73 m², from its day until another was measured or told.

    30 and above lifts a contraindication that was on file before that day; what a person noted on
    the day itself stays, if it is lower (`told_of_that_day`: what laboratories said of it).
    Profiles of later days that only carried the older value along learn the new one. False: all of
    it was on file. Refused: what `update_risk` refuses.
    """
    days = _with_days(known_from(patient, taken_on), measured_later)
    [(_day, held_before), *_] = known_from(patient, taken_on - timedelta(days=1))
    value = _lowest(value, days[0][1].egfr, held_before.egfr, told_of_that_day)
    recorded = [
        update_risk(patient=patient, facts=facts, effective_on=day, source=source, by=None, now=now)
        for day, facts in _learned(days, value, held_before, measured_later)
    ]
    return any(recorded)


def _with_days(
    known: list[tuple[date, RiskFacts]], measured_later: Collection[date]
) -> list[tuple[date, RiskFacts]]:
    """Also the later days of a measurement that changed nothing when it was told."""
    found = dict(known)
    first = known[0][0]
    for day in sorted(set(measured_later) - set(found)):
        if day > first:
            found[day] = found[max(one for one in found if one < day)]
    return sorted(found.items())


def _lowest(
    value: Decimal, noted: Decimal | None, before: Decimal | None, told: Collection[Decimal]
) -> Decimal:
    """Also of what a person noted of that day: neither carried along nor from a laboratory."""
    is_of_a_person = noted is not None and noted != before and noted not in told
    return min(value, noted) if is_of_a_person and noted is not None else value


def _learned(
    days: list[tuple[date, RiskFacts]],
    value: Decimal,
    held_before: RiskFacts,
    measured_later: Collection[date],
) -> list[tuple[date, RiskFacts]]:
    (first, old), *later = days
    new = _measured(old, value, is_carried=bool(TICKED & held_before.contraindications))
    learned = [(first, new)]
    for day, facts in later:
        told_anew = day in measured_later or _kidney(facts) != _kidney(old)
        old, new = facts, facts if told_anew else _as_in(facts, new)
        learned.append((day, new))
    return learned


def _measured(facts: RiskFacts, value: Decimal, *, is_carried: bool) -> RiskFacts:
    lifts = is_carried and value >= LOW_EGFR_BELOW.value
    noted = facts.contraindications - TICKED if lifts else facts.contraindications
    return replace(facts, egfr=value, contraindications=noted)


def _kidney(facts: RiskFacts) -> tuple[Decimal | None, bool]:
    return facts.egfr, bool(TICKED & facts.contraindications)


def _as_in(facts: RiskFacts, other: RiskFacts) -> RiskFacts:
    noted = (facts.contraindications - TICKED) | (TICKED & other.contraindications)
    return replace(facts, egfr=other.egfr, contraindications=noted)
