"""Another system tells a fact of liver risk: a problem list, a coded diagnosis."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from patients.models import Patient, Tri
from surveillance.arrivals import ArrivalKind, ConditionArrival
from surveillance.models import IntakeItem
from surveillance.record_locks import lock_records
from surveillance.said_before import (
    heard_about,
    is_told_otherwise,
    newest_of_each,
    numbers_of,
    patient_known_as,
    records_of_person,
)
from surveillance.workflows.combine_risk import TRI_FACTS, combine_risk
from surveillance.workflows.doubt_about import doubt_about
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.hear_arrangements_again import hear_arrangements_again
from surveillance.workflows.known_from import known_from
from surveillance.workflows.taken_in import (
    TakenIn,
    applied,
    known_already,
    not_followed,
    told_otherwise,
)
from surveillance.workflows.update_risk import RiskFacts, update_risk

DAYS_OF: Final = {
    "pregnant": "expected_delivery_on",
    "cardiac_failure_signs": "cardiac_failure_signs_on",
}
"""A day that is known only together with the fact."""


class UnknownFact(WorkflowRefused):
    """No fact of liver risk has this name. `details`: fact."""

    code = "unknown_fact"


@transaction.atomic
def take_in_condition(*, item: IntakeItem, arrival: ConditionArrival, now: datetime) -> TakenIn:
    """Add the fact to what is known from its day on, and decide again about all lesions.

    What is known of later days learns it, too. Said differently of two numbers that are one person
    now, the more dangerous stands, as when records are merged. Refused: a name that is no fact of
    three values, a day in the future or before birth. Waits: what `doubt_about` says.
    """
    known = patient_known_as(item.site, arrival.person.mrn)
    if known is None:
        return not_followed()
    _refuse_unknown(arrival.fact)
    patient = lock_records([known.pk])[known.pk]
    if doubt := doubt_about(item=item, arrival=arrival, known=known, patient=patient):
        return doubt
    if is_told_otherwise(item):
        return told_otherwise(patient)
    value = _most_dangerous(item, arrival, patient)
    recorded = [
        update_risk(
            patient=patient,
            facts=_with(facts, arrival.fact, value),
            effective_on=day,
            source=_("message of {feed}").format(feed=item.message.feed.name),
            by=None,
            now=now,
        )
        for day, facts in known_from(patient, arrival.effective_on)
    ]
    if not any(recorded):
        return known_already(patient)
    hear_arrangements_again(patient=patient)
    return applied("risk_recorded", _("The risk was recorded."), patient)


def _refuse_unknown(fact: str) -> None:
    if fact not in TRI_FACTS:
        raise UnknownFact(
            _("“{fact}” is no fact of liver risk. Mend the mapping of the feed.").format(fact=fact),
            fact=fact,
        )


def _with(facts: RiskFacts, fact: str, value: str) -> RiskFacts:
    changed: dict[str, Any] = {fact: value}
    day = DAYS_OF.get(fact)
    return replace(facts, **changed | ({day: None} if day and value != Tri.YES else {}))


def _alone(fact: str, value: str) -> RiskFacts:
    return _with(RiskFacts(), fact, value)


def _most_dangerous(item: IntakeItem, arrival: ConditionArrival, patient: Patient) -> str:
    """What was said last of each of the person's numbers, the worst of it."""
    numbers = numbers_of(records_of_person(patient)) - {arrival.person.mrn}
    worst = _alone(arrival.fact, arrival.value)
    for said in newest_of_each(heard_about(item.site, ArrivalKind.CONDITION, numbers)):
        if isinstance(said.arrival, ConditionArrival) and said.arrival.fact == arrival.fact:
            other = _alone(arrival.fact, said.arrival.value)
            worst = combine_risk(one=worst, other=other)
    return str(getattr(worst, arrival.fact))
