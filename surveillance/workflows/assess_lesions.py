"""Decides about lesions, and makes what is open equal to what is owed.

1. Lock the patients, read the facts, ask the protocol (an override that still answers the
   computed rule changes what is owed, never what was computed).
2. Append the decisions that say something new.
3. Close what an exam completed, what is replaced, what is owed no longer; open what is owed.

Everything in a constant number of statements per batch, in one transaction, so that at no instant
a lesion is owed something that no open follow-up stands for.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from patients.audit import Deed, record_events
from patients.prepared import Prepared, slots
from surveillance.answers import answer_as_json, case_as_json, inputs_digest, lasting_part
from surveillance.case_records import Records, read_records
from surveillance.cases import case_of
from surveillance.models import Lesion, LesionAssessment
from surveillance.overrides import standing_override
from surveillance.protocol.departure import obligations_under, still_applies
from surveillance.protocol.facts import SurveillanceCase
from surveillance.protocol.recommend import recommend
from surveillance.protocol.recommendation import Obligation, Recommendation
from surveillance.record_locks import lock_records
from surveillance.workflows.settle_follow_ups import Decision, settle_follow_ups

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Thought:
    """What the protocol says of one lesion, before it is written down."""

    records: Records
    case: SurveillanceCase
    recommendation: Recommendation
    obligations: tuple[Obligation, ...]
    override: LesionAssessment | None


@transaction.atomic
def assess_lesions(
    *, lesions: Iterable[Lesion], cause: str, by: "User | None", now: datetime
) -> list[LesionAssessment]:
    """Decide about `lesions` from all that is known today; one decision each, in their order.

    A decision that repeats the newest one (same facts, answer and protocol version) is not
    written again, but what is owed is put right all the same. Twice equals once.
    """
    asked = [lesion.pk for lesion in lesions]
    survivors = lock_records(_patients_of(asked))
    by_day: dict[date, list[Lesion]] = defaultdict(list)
    for lesion in _LESIONS.ask(ids=asked):
        by_day[survivors[lesion.patient_id].site.local_date(now)].append(lesion)
    found: dict[UUID, LesionAssessment] = {}
    for today, group in by_day.items():
        for assessment in _assess(group, today, cause, by, now):
            found[assessment.lesion_id] = assessment
    return [found[pk] for pk in asked]


def _patients_of(lesion_ids: list[UUID]) -> set[UUID]:
    return set(_THEIR_PATIENTS.ask(ids=lesion_ids))


_LESIONS = Prepared(lambda: Lesion.objects.filter(pk__in=slots(Lesion, "pk", "ids")).order_by("pk"))
_THEIR_PATIENTS = Prepared(
    lambda: Lesion.objects.filter(pk__in=slots(Lesion, "pk", "ids")).values_list(
        "patient_id", flat=True
    )
)


def _assess(
    lesions: Sequence[Lesion], today: date, cause: str, by: "User | None", now: datetime
) -> list[LesionAssessment]:
    thoughts = _settled_counts([_think(one, today) for one in _together(lesions, today)])
    assessments = _append(thoughts, cause, by, now)
    decisions = [
        Decision(
            lesion=thought.records.lesion,
            patient=thought.records.patient,
            observations=tuple(thought.records.observations),
            case=thought.case,
            recommendation=thought.recommendation,
            obligations=thought.obligations,
            assessment=thought.override or assessment,
            decided_at=assessment.assessed_at,
            override=thought.override,
        )
        for thought, assessment in zip(thoughts, assessments, strict=True)
    ]
    settle_follow_ups(decisions=decisions, by=by, now=now)
    return assessments


def _together(lesions: Sequence[Lesion], today: date) -> list[Records]:
    """The records, each counting the lesions of this batch as open (A10) until they are not."""
    records = read_records(lesions, today)
    batch: dict[UUID, set[UUID]] = defaultdict(set)
    for lesion in lesions:
        batch[lesion.patient_id].add(lesion.pk)
    return [replace(one, open_lesions=one.open_lesions | batch[one.patient.pk]) for one in records]


def _think(records: Records, today: date) -> _Thought:
    case = case_of(records, today)
    computed = recommend(case)
    override = standing_override(records.override)
    if override is None or records.override is None:
        return _Thought(records, case, computed, computed.obligations, None)
    if still_applies(override, computed, case.patient):
        owed = obligations_under(override, computed)
        return _Thought(records, case, computed, owed, records.override)
    return _think(replace(records, override=None), today)


def _settled_counts(thoughts: list[_Thought]) -> list[_Thought]:
    """Think again where a lesion of the batch turned out to owe nothing, and so is not open."""
    closed = {one.records.lesion.pk for one in thoughts if not one.obligations}
    return [
        _recounted(one, one.records.open_lesions - closed)
        if one.records.open_lesions & (closed - {one.records.lesion.pk})
        else one
        for one in thoughts
    ]


def _recounted(thought: _Thought, open_lesions: frozenset[UUID]) -> _Thought:
    return _think(replace(thought.records, open_lesions=open_lesions), thought.case.as_of)


def _append(
    thoughts: Sequence[_Thought], cause: str, by: "User | None", now: datetime
) -> list[LesionAssessment]:
    newest = _newest_computed([thought.records.lesion.pk for thought in thoughts])
    answers: list[LesionAssessment] = []
    added: list[LesionAssessment] = []
    for thought in thoughts:
        row = _row(thought, cause, by, now)
        last = newest.get(thought.records.lesion.pk)
        if last is None or not _says_the_same(last, row):
            added.append(row)
            last = row
        answers.append(last)
    LesionAssessment.objects.bulk_create(added)
    people = {thought.records.lesion.pk: thought.records.patient for thought in thoughts}
    record_events(
        [
            Deed(
                "lesion_assessed",
                people[row.lesion_id].site,
                row,
                people[row.lesion_id],
                {"lesion": str(row.lesion_id), "rule": row.rule, "cause": cause},
            )
            for row in added
        ],
        by=by,
        now=now,
    )
    return answers


def _newest_computed(lesion_ids: list[UUID]) -> dict[UUID, LesionAssessment]:
    """The newest decision of each lesion that is the protocol's own, not an override."""
    return {row.lesion_id: row for row in _NEWEST.ask(lesions=lesion_ids)}


def _newest() -> "QuerySet[LesionAssessment]":
    lesions = slots(LesionAssessment, "lesion", "lesions")
    computed = LesionAssessment.objects.filter(lesion__in=lesions, overrides=None)
    newest = computed.order_by().values("lesion").annotate(newest=Max("sequence")).values("newest")
    return LesionAssessment.objects.filter(sequence__in=newest)


_NEWEST = Prepared(_newest)


def _says_the_same(last: LesionAssessment, row: LesionAssessment) -> bool:
    same_facts = (last.protocol_version, last.inputs_digest) == (
        row.protocol_version,
        row.inputs_digest,
    )
    return same_facts and lasting_part(last.answer) == lasting_part(row.answer)


def _row(thought: _Thought, cause: str, by: "User | None", now: datetime) -> LesionAssessment:
    computed, inputs = thought.recommendation, case_as_json(thought.case)
    window = computed.window
    return LesionAssessment(
        lesion=thought.records.lesion,
        as_of=thought.case.as_of,
        assessed_at=now,
        assessed_by=by,
        cause=cause,
        protocol_version=computed.protocol_version,
        rule=computed.rule,
        recommendation=computed.kind,
        risk=computed.risk,
        escalation_class=computed.escalation_class,
        stop=computed.stop,
        earliest_on=window.earliest if window else None,
        target_on=window.target if window else None,
        latest_on=window.latest if window else None,
        preferred_modality=computed.preferred_modality or "",
        biopsy_allowed=computed.biopsy_allowed,
        answer=answer_as_json(computed),
        inputs=inputs,
        inputs_digest=inputs_digest(inputs),
    )
