"""A stored decision, decided again: does today's software answer the same facts alike?

Reads only. The facts are those stored with the decision (I30), not those known today, so that a
difference speaks of the software and its protocol, never of the patient.
"""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from surveillance.answers import answer_as_json
from surveillance.models import LesionAssessment
from surveillance.protocol.case_json import CaseRefused, read_case, read_line
from surveillance.protocol.recommend import recommend

Json = dict[str, Any]


class Verdict(StrEnum):
    """What deciding again showed."""

    SAME = "SAME"
    OTHER_VERSION_SAME_ANSWER = "OTHER_VERSION_SAME_ANSWER"
    OTHER_VERSION_OTHER_ANSWER = "OTHER_VERSION_OTHER_ANSWER"
    CONTRADICTION = "CONTRADICTION"
    """The same version of the protocol answers the same facts otherwise: this must never be."""
    UNREADABLE = "UNREADABLE"
    """Today's software does not understand the stored facts; `problem` says why."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of the answer, as stored and as computed today."""

    field: str
    then: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A decision beside today's answer to the same facts."""

    verdict: Verdict
    version_now: str
    answer: Json
    differences: tuple[Difference, ...]
    problem: str = ""


def recompute(row: LesionAssessment) -> Recomputed:
    """Ask today's protocol about the facts stored with `row`; nothing is written.

    An override repeats facts and answer of the decision that it departs from: that one is
    recomputed.
    """
    try:
        recommendation = recommend(read_case(read_line(json.dumps(row.inputs))))
    except CaseRefused as refusal:
        return Recomputed(Verdict.UNREADABLE, "", {}, (), str(refusal))
    answer = answer_as_json(recommendation)
    differences = _differences(row.answer, answer)
    is_same_version = row.protocol_version == recommendation.protocol_version
    return Recomputed(
        verdict=_verdict(is_same_version=is_same_version, is_same=not differences),
        version_now=recommendation.protocol_version,
        answer=answer,
        differences=differences,
    )


def _verdict(*, is_same_version: bool, is_same: bool) -> Verdict:
    if is_same_version:
        return Verdict.SAME if is_same else Verdict.CONTRADICTION
    return Verdict.OTHER_VERSION_SAME_ANSWER if is_same else Verdict.OTHER_VERSION_OTHER_ANSWER


def _differences(then: Json, now: Json) -> tuple[Difference, ...]:
    """Every field that says something else; the version has a sentence of its own."""
    names = sorted({*then, *now} - {"protocol_version"})
    return tuple(
        Difference(name, then.get(name), now.get(name))
        for name in names
        if then.get(name) != now.get(name)
    )
