"""Lesions named by a patient's rows, and what is known of them besides exams."""

from datetime import date
from typing import Any

from surveillance.models import Lesion, LesionEvent, LesionEventKind
from surveillance.registry.draft import FILE_AUTHOR, Draft
from surveillance.registry.plan import CREATED, UNCHANGED, PatientPlan, PlannedLesion
from surveillance.registry.rows import RegistryRow, StatedEvent

AS_FIRST_RECORDED = ("kind", "number", "segments")
UNKNOWN = "UNKNOWN"


def plan_lesions(plan: PatientPlan, draft: Draft) -> None:
    """Recognise or describe each lesion; the earliest row says how it was first recorded."""
    for row in _by_day(draft):
        if not row.lesion:
            continue
        label = row.lesion["label"]
        if label not in plan.lesions:
            plan.lesions[label] = _lesion(draft, label)
            known = plan.lesions[label].on_record is not None
            plan.count("lesions", UNCHANGED if known else CREATED)
        lesion = plan.lesions[label]
        if lesion.on_record is None:
            _describe(lesion, row)
        else:
            _note_differences(plan, lesion.on_record, row)


def _by_day(draft: Draft) -> list[RegistryRow]:
    return sorted(
        draft.accepted, key=lambda row: (row.exam.get("performed_on", date.max), row.line)
    )


def _lesion(draft: Draft, label: str) -> PlannedLesion:
    lesions = draft.known.lesions[draft.holder.pk] if draft.holder else {}
    return PlannedLesion(label, lesions.get((draft.group.mrn, label)))


def _describe(lesion: PlannedLesion, row: RegistryRow) -> None:
    for name in ("kind", "number", "symptomatic"):
        if getattr(lesion, name) == UNKNOWN and name in row.lesion:
            setattr(lesion, name, row.lesion[name])
    lesion.segments = lesion.segments or tuple(row.lesion.get("segments", ()))


def _note_differences(plan: PatientPlan, lesion: Lesion, row: RegistryRow) -> None:
    for name in AS_FIRST_RECORDED:
        if name not in row.lesion or (name == "kind" and row.exam):
            continue  # the kind seen on an exam belongs to the exam
        if row.lesion[name] != getattr(lesion, name):
            text = f"stays as first recorded for {lesion.label}: {getattr(lesion, name)}"
            plan.note(row, f"lesion_{name}" if name != "segments" else name, row.lesion[name], text)


def plan_events(plan: PatientPlan, draft: Draft) -> None:
    """Pathology, decisions, waivers, treatment, and symptoms that changed since first recorded."""
    for row in _by_day(draft):
        if not row.lesion:
            continue
        lesion = plan.lesions[row.lesion["label"]]
        for event in (*row.events, *_symptoms(plan, draft, lesion, row)):
            author = event.author or row.exam.get("reporter") or FILE_AUTHOR
            signed = StatedEvent(event.kind, event.value, event.on, author, event.evidence)
            _plan_event(plan, draft, row, signed)


def _plan_event(plan: PatientPlan, draft: Draft, row: RegistryRow, event: StatedEvent) -> None:
    lesion, key = plan.lesions[row.lesion["label"]], _key(event)
    if (lesion.label, *key) in draft.events:
        return
    draft.events.add((lesion.label, *key))
    recorded = draft.known.events[lesion.on_record.pk] if lesion.on_record else []
    same = [one for one in recorded if _key_of(one) == key]
    if any(one.retracted_at is None for one in same):
        plan.count("events", UNCHANGED)
    elif same:
        text = "was recorded and retracted here; it is not taken in again"
        plan.note(row, "lesion_label", lesion.label, f"{event.kind} of {event.on} {text}")
        plan.count("events", UNCHANGED)
    else:
        plan.events.append((lesion.label, event))
        plan.count("events", CREATED)


def _key(event: StatedEvent) -> tuple[object, ...]:
    return event.kind, event.value, event.on, event.author


def _key_of(event: LesionEvent) -> tuple[object, ...]:
    return event.kind, event.value, event.occurred_on, event.author


def _symptoms(
    plan: PatientPlan, draft: Draft, lesion: PlannedLesion, row: RegistryRow
) -> list[StatedEvent]:
    """A change of symptoms, dated by the exam of the row that states it."""
    stated, day = row.lesion.get("symptomatic"), row.exam.get("performed_on")
    if stated in (None, UNKNOWN) or stated == _symptomatic(plan, draft, lesion, day):
        return []
    if day is None:
        text = f"stays as recorded for {lesion.label}"
        plan.note(row, "symptomatic", stated, text, "Give the exam at which it changed")
        return []
    author = row.exam.get("reporter") or FILE_AUTHOR
    return [StatedEvent(LesionEventKind.SYMPTOMS.value, stated, day, author)]


def _symptomatic(plan: PatientPlan, draft: Draft, lesion: PlannedLesion, day: date | None) -> Any:
    """What holds on that day by the record and by what is planned already."""
    first = lesion.on_record.symptomatic if lesion.on_record else lesion.symptomatic
    recorded = draft.known.events[lesion.on_record.pk] if lesion.on_record else []
    changes = [
        (event.occurred_on, event.value) for event in recorded
        if event.kind == LesionEventKind.SYMPTOMS and event.retracted_at is None
    ] + [
        (event.on, event.value) for label, event in plan.events
        if label == lesion.label and event.kind == LesionEventKind.SYMPTOMS
    ]  # fmt: skip
    earlier = [change for change in changes if day is None or change[0] <= day]
    return max(earlier, key=lambda change: change[0])[1] if earlier else first
