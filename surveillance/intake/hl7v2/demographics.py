"""ADT: who somebody is, how to reach them, whether they live (A01…); which two are one (A40)."""

from collections.abc import Iterable
from typing import Final

from surveillance.arrivals import ArrivalKind, MergeArrival, PatientArrival, Unmapped
from surveillance.intake.hl7v2.grouping import Scope, merges_of, whole
from surveillance.intake.hl7v2.people import mrn_of, person_of
from surveillance.intake.hl7v2.problems import Problem, Severity, Untranslatable
from surveillance.intake.hl7v2.said import Sender, said_at, unmapped
from surveillance.intake.hl7v2.splitting import Segment

PATIENT_EVENTS: Final = frozenset({"A01", "A03", "A04", "A05", "A08", "A28", "A31"})
PRESENCE: Final = frozenset({"A01", "A04"})
"""Admitted, registered: the person is there."""
MERGE_EVENTS: Final = frozenset({"A18", "A30", "A34", "A36", "A39", "A40"})
NUMBER_EVENTS: Final = frozenset({"A24", "A35", "A37", "A43", "A46", "A47"})
"""Numbers are linked, unlinked, moved or changed otherwise than by a merge of two records."""
RECORD_NUMBER: Final = ("PID-3",)
GIVEN_UP: Final = ("MRG-1",)


def patients_in(
    segments: Iterable[Segment], event: str, sender: Sender
) -> list[PatientArrival | Unmapped]:
    """The person of the message."""
    scope = whole(segments)
    try:
        person = person_of(scope.first.get("PID"), sender.mapping)
        at, is_present = said_at(scope, sender), event in PRESENCE
        return [PatientArrival(person=person, is_present=is_present, said_at=at)]
    except Untranslatable as refused:
        return [unmapped(ArrivalKind.PATIENT, refused.problem, scope, RECORD_NUMBER, sender)]


def number_changes_in(segments: Iterable[Segment], sender: Sender) -> list[Unmapped]:
    """A change of numbers that is no merge: a person looks whether a record here is meant."""
    problem = Problem(
        "numbers_change", "EVN-1", "links, moves or changes numbers, which is not done here by "
        "itself. Look whether a record with one of them is followed: correct or merge it by hand, "
        "then set this aside.", Severity.WARNING,
    )  # fmt: skip
    places = (*GIVEN_UP, *RECORD_NUMBER)
    return [unmapped(ArrivalKind.MERGE, problem, whole(segments), places, sender)]


def merges_in(segments: Iterable[Segment], sender: Sender) -> list[MergeArrival | Unmapped]:
    """The merges, in order: each MRG with the PID before it."""
    return [_merge_or_why_not(scope, sender) for scope in merges_of(segments)]


def _merge_or_why_not(scope: Scope, sender: Sender) -> MergeArrival | Unmapped:
    try:
        return _merge(scope, sender)
    except Untranslatable as refused:
        return unmapped(ArrivalKind.MERGE, refused.problem, scope, GIVEN_UP, sender)


def _merge(scope: Scope, sender: Sender) -> MergeArrival:
    person = person_of(scope.first.get("PID"), sender.mapping)
    given_up = mrn_of(scope.first["MRG"], 1, sender.mapping)
    if given_up == person.mrn:
        raise Untranslatable(
            "merged_with_itself", "MRG-1", "is the same number as PID-3: a record cannot be merged "
            "with itself."
        )  # fmt: skip
    return MergeArrival(person=person, duplicate_mrn=given_up, said_at=said_at(scope, sender))
