"""Takes in the rows of a registry, many patients at a time, and decides once about each lesion."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from django.db import transaction

from patients.models import Patient, PatientStatus, Site
from patients.workflows.amend_demographics import amend_demographics
from patients.workflows.append_risk_facts import NewAfp, NewProfile, append_risk_facts
from patients.workflows.register_patient import Demographics
from patients.workflows.register_patients import NewPatient, register_patients
from surveillance.exam_reports import RecordedExam
from surveillance.models import Lesion, LesionEventKind
from surveillance.protocol.terms import LesionKind, LesionNumber, Segment, Tri
from surveillance.record_locks import lock_records
from surveillance.registry.draft import SharedAccessions
from surveillance.registry.known import PatientRows, patient_ids_of, read_known
from surveillance.registry.plan import PatientPlan, TakenIn, summed
from surveillance.registry.planning import plan_patient
from surveillance.registry.reports import reports_of, risk_facts_of
from surveillance.workflows.append_exams import append_exams
from surveillance.workflows.append_lesion_events import NewLesionEvent, append_lesion_events
from surveillance.workflows.assess_lesions import assess_lesions
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.note_import_progress import ImportPosition, note_import_progress
from surveillance.workflows.register_lesions import NewLesion, register_lesions
from surveillance.workflows.warn_of_amendments import amendments_among, warn_of_amendments
from surveillance.workflows.withdraw_patient import withdraw_patient

if TYPE_CHECKING:
    from django.contrib.auth.models import User

T = TypeVar("T")

CAUSE = "registry_import"
SOURCE = "registry file"


@transaction.atomic
def import_registry_rows(
    *,
    groups: Sequence[PatientRows],
    sites: Mapping[str, Site],
    shared: SharedAccessions,
    position: ImportPosition | None = None,
    by: "User | None",
    now: datetime,
) -> TakenIn:
    """Add and change what the rows say and the record does not; all of it, or nothing.

    Rows that cannot go in are named in the answer and leave no trace. Rows that are on record
    already change nothing. Anything that a workflow below refuses is raised: the caller tries
    again with fewer patients. `position` notes, in the same transaction, how far a file has come.
    """
    lock_records(patient_ids_of(groups))
    known = read_known(groups, sites)
    plans = [plan_patient(group, known, shared) for group in groups]
    active = [plan for plan in plans if plan.changes_anything]
    _write(active, by, now)
    taken = summed(plans)
    if position is not None:
        note_import_progress(position=position, taken=taken)
    return taken


def _write(plans: Sequence[PatientPlan], by: "User | None", now: datetime) -> None:
    if not plans:
        return
    _write_people(plans, by, now)
    _write_risk(plans, by, now)
    _write_lesions(plans, by, now)
    recorded = _write_exams(plans, by, now)
    _write_events(plans, by, now)
    _write_statuses(plans, by, now)
    _assess(plans, recorded, by, now)


def _write_people(plans: Sequence[PatientPlan], by: "User | None", now: datetime) -> None:
    fresh = [plan for plan in plans if plan.new is not None]
    people = register_patients(new=[_new_patient(plan) for plan in fresh], by=by, now=now)
    for plan, patient in zip(fresh, people, strict=True):
        plan.patient = plan.holder = patient
    for plan in plans:
        if plan.changes:
            changed = amend_demographics(
                patient=_person(plan), changes=plan.changes, by=by, now=now
            )
            plan.patient = plan.holder = changed


def _new_patient(plan: PatientPlan) -> NewPatient:
    demographics = Demographics(mrn=plan.mrn, **(plan.new or {}))
    if plan.status is None:
        return NewPatient(site=plan.site, demographics=demographics)
    return NewPatient(
        site=plan.site,
        demographics=demographics,
        status=PatientStatus(plan.status.status),
        status_on=plan.status.on,
        status_reason=plan.status.reason,
    )


def _person(plan: PatientPlan) -> Patient:
    assert plan.patient is not None  # whoever is new was registered just before
    return plan.patient


def _holder(plan: PatientPlan) -> Patient:
    return plan.holder or _person(plan)


def _write_risk(plans: Sequence[PatientPlan], by: "User | None", now: datetime) -> None:
    append_risk_facts(
        profiles=[
            NewProfile(
                patient=_holder(plan),
                effective_on=one.effective_on,
                facts=risk_facts_of(one.facts),
            )
            for plan in plans
            for one in plan.profiles
        ],
        afp=[
            NewAfp(
                patient=_holder(plan),
                taken_on=one.taken_on,
                value_ng_ml=one.value_ng_ml,
                rising=one.rising,
                elevated_for_age=one.elevated_for_age,
            )
            for plan in plans
            for one in plan.afp
        ],
        source=SOURCE,
        by=by,
        now=now,
    )


def _write_lesions(plans: Sequence[PatientPlan], by: "User | None", now: datetime) -> None:
    fresh = [
        (plan, lesion)
        for plan in plans
        for lesion in plan.lesions.values()
        if lesion.on_record is None
    ]
    new = [
        NewLesion(
            patient=_person(plan),
            label=lesion.label,
            kind=LesionKind(lesion.kind),
            segments=tuple(Segment(name) for name in lesion.segments),
            number=LesionNumber(lesion.number),
            symptomatic=Tri(lesion.symptomatic),
        )
        for plan, lesion in fresh
    ]
    for (_, lesion), row in zip(fresh, register_lesions(new=new, by=by, now=now), strict=True):
        lesion.on_record = row


def _lesions(plan: PatientPlan) -> dict[str, Lesion]:
    on_file = {label: lesion.on_record for label, lesion in plan.lesions.items()}
    return {label: row for label, row in on_file.items() if row is not None}


def _write_exams(
    plans: Sequence[PatientPlan], by: "User | None", now: datetime
) -> list[RecordedExam]:
    entries = [
        (_holder(plan), report) for plan in plans for report in reports_of(plan, _lesions(plan))
    ]
    return _all_accepted(append_exams(entries=entries, further_findings=True, by=by, now=now))


def _write_events(plans: Sequence[PatientPlan], by: "User | None", now: datetime) -> None:
    new = [
        NewLesionEvent(
            lesion=_lesions(plan)[label],
            kind=LesionEventKind(event.kind),
            value=event.value,
            occurred_on=event.on,
            author=event.author,
            evidence=event.evidence,
        )
        for plan in plans
        for label, event in plan.events
    ]
    _all_accepted(append_lesion_events(new=new, by=by, now=now))


def _all_accepted(answers: Iterable[T | WorkflowRefused]) -> list[T]:
    """What the plan let through and the record refuses after all undoes the whole batch."""
    accepted: list[T] = []
    for answer in answers:
        if isinstance(answer, WorkflowRefused):
            raise answer
        accepted.append(answer)
    return accepted


def _write_statuses(plans: Sequence[PatientPlan], by: "User | None", now: datetime) -> None:
    for plan in plans:
        if plan.status is not None and plan.new is None:
            withdraw_patient(
                patient=_holder(plan),
                status=PatientStatus(plan.status.status),
                status_on=plan.status.on,
                reason=plan.status.reason,
                told_by_registry=True,
                by=by,
                now=now,
            )


def _assess(
    plans: Sequence[PatientPlan],
    recorded: Sequence[RecordedExam],
    by: "User | None",
    now: datetime,
) -> None:
    """Every lesion of everyone of whom a fact is new: risk and age touch them all.

    An amended report that makes a case more urgent is told at once, as by `record_exam` (8.2).
    """
    amendments = amendments_among(recorded)
    people = {_holder(plan).pk for plan in plans if plan.adds_facts}
    lesions = Lesion.objects.filter(patient__in=people).order_by("patient", "pk")
    assessments = assess_lesions(lesions=lesions, cause=CAUSE, by=by, now=now)
    warn_of_amendments(amendments=amendments, assessments=assessments, now=now)
