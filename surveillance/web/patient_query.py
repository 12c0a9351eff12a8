"""What the patient page reads: a constant number of queries for any number of lesions."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from django.contrib.auth.models import User

from patients.models import AfpResult, Patient, RiskProfile
from surveillance.absences import answers_for, people_standing_in
from surveillance.case_records import standing_overrides
from surveillance.models import (
    ContactAttempt,
    Escalation,
    ExamMatch,
    FollowUp,
    Lesion,
    LesionAssessment,
    LesionEvent,
    LesionObservation,
    OutsideCare,
    PatientNote,
)
from surveillance.timeline import TimelineEntry, build_timeline
from surveillance.web.consent_words import ConsentChange, consent_changes

CONTACTS_SHOWN = 20
NOTES_SHOWN = 10
Row = TypeVar("Row", FollowUp, LesionObservation, LesionEvent, ExamMatch)


@dataclass(frozen=True, slots=True)
class PatientRecords:
    """The rows behind the page of one patient, as of the site's day `on`."""

    patient: Patient
    on: date
    profile: RiskProfile | None
    afp: list[AfpResult]
    lesions: list[Lesion]
    open_by_lesion: dict[UUID, list[FollowUp]]
    escalations: dict[UUID, list[Escalation]]
    assessments: dict[UUID, LesionAssessment]
    overrides: dict[UUID, LesionAssessment]
    observations: dict[UUID, list[LesionObservation]]
    events: dict[UUID, list[LesionEvent]]
    outside_care: dict[UUID, list[OutsideCare]]
    exams_waiting: dict[UUID, list[ExamMatch]]
    contacts: list[ContactAttempt]
    notes: list[PatientNote]
    consents: dict[str, ConsentChange]
    history_of: UUID | None
    history: tuple[TimelineEntry, ...]
    stand_ins: dict[tuple[int, int], User]
    mine: frozenset[int]


def gather(
    patient: Patient,
    on: date,
    history_of: str = "",
    *,
    reader: User,
    with_history: bool = True,
) -> PatientRecords:
    """Read it all, with the history of one lesion: the one asked for, else the most urgent."""
    lesions = list(patient.lesions.order_by("recorded_at", "label"))
    ids = [lesion.pk for lesion in lesions]
    follow_ups = open_follow_ups_of(patient)
    lesions.sort(key=lambda lesion: _urgency(lesion, follow_ups))
    chosen = next((one for one in lesions if str(one.pk) == history_of), next(iter(lesions), None))
    return PatientRecords(
        patient=patient,
        on=on,
        profile=patient.risk_profiles.in_force(on).select_related("recorded_by").first(),
        afp=list(patient.afp_results.order_by("-taken_on")),
        lesions=lesions,
        open_by_lesion=_by_lesion(follow_ups),
        escalations=_escalations(follow_ups),
        assessments=_newest_computed(ids),
        overrides=standing_overrides(ids, on),
        observations=_observations(ids),
        events=_by_lesion(_events(ids)),
        outside_care=_outside_care(patient),
        exams_waiting=_exams_waiting(patient),
        contacts=list(
            patient.contact_attempts.select_related("attempted_by")
            .prefetch_related("follow_ups__lesion")
            .order_by("-attempted_at")[:CONTACTS_SHOWN]
        ),
        notes=list(patient.notes.newest_first().select_related("written_by")[:NOTES_SHOWN]),
        consents=consent_changes(patient),
        history_of=chosen.pk if chosen else None,
        history=build_timeline(chosen, newest_first=True) if chosen and with_history else (),
        stand_ins=people_standing_in([patient.site_id], on),
        mine=answers_for(reader.pk, patient.site_id, on),
    )


def _outside_care(patient: Patient) -> dict[UUID, list[OutsideCare]]:
    """Evidence that somebody else follows a lesion, the newest first."""
    rows = OutsideCare.objects.filter(patient=patient).select_related("review", "follow_up")
    found: defaultdict[UUID, list[OutsideCare]] = defaultdict(list)
    for row in rows.order_by("-recorded_at", "pk"):
        found[row.follow_up.lesion_id].append(row)
    return dict(found)


def _exams_waiting(patient: Patient) -> dict[UUID, list[ExamMatch]]:
    """Exams that may answer what is owed to a lesion, the newest first."""
    rows = ExamMatch.objects.filter(patient=patient).undecided().newest_first()
    return _by_lesion(rows.select_related("exam", "item").defer("exam__report_text"))


def open_follow_ups_of(patient: Patient) -> list[FollowUp]:
    """What is owed to the patient, the most dangerous first."""
    rows = FollowUp.objects.open().filter(patient=patient).dangerous_first()
    joined = rows.select_related("lesion", "owner", "site", "patient", "assessment")
    return list(joined.defer("assessment__answer", "assessment__inputs"))


def _urgency(lesion: Lesion, follow_ups: list[FollowUp]) -> tuple[bool, int]:
    keys = [row.sort_key for row in follow_ups if row.lesion_id == lesion.pk]
    return (not keys, min(keys, default=0))


def _by_lesion(rows: Iterable[Row]) -> dict[UUID, list[Row]]:
    found: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.lesion_id].append(row)
    return dict(found)


def _events(lesion_ids: list[UUID]) -> list[LesionEvent]:
    """What stands besides exams, the newest first."""
    rows = LesionEvent.objects.standing().filter(lesion__in=lesion_ids)
    return list(rows.order_by("-occurred_on", "-recorded_at"))


def _escalations(follow_ups: list[FollowUp]) -> dict[UUID, list[Escalation]]:
    rows = Escalation.objects.unresolved().filter(follow_up__in=[row.pk for row in follow_ups])
    found: defaultdict[UUID, list[Escalation]] = defaultdict(list)
    for row in rows.select_related("owner", "acknowledged_by").order_by("-tier"):
        found[row.follow_up_id].append(row)
    return dict(found)


def _newest_computed(lesions: list[UUID]) -> dict[UUID, LesionAssessment]:
    """The newest answer of the protocol itself for each lesion; overrides are read apart."""
    rows = LesionAssessment.objects.filter(lesion__in=lesions, overrides=None)
    return {row.lesion_id: row for row in rows.defer("inputs").order_by("sequence")}


def _observations(lesions: list[UUID]) -> dict[UUID, list[LesionObservation]]:
    rows = LesionObservation.objects.standing().filter(lesion__in=lesions)
    light = rows.select_related("exam").defer("exam__report_text", "exam__evidence")
    return _by_lesion(light.order_by("-exam__performed_on", "exam__accession"))
