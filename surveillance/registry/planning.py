"""Rows of one patient, compared with the record, become a plan. Pure: it reads and compares."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from patients.models import Site, Tri
from surveillance.registry.draft import Draft, SharedAccessions, open_draft
from surveillance.registry.exam_plans import plan_exams
from surveillance.registry.known import Known, PatientRows, read_known
from surveillance.registry.lesion_plans import plan_events, plan_lesions
from surveillance.registry.plan import (
    CHANGED,
    CREATED,
    UNCHANGED,
    PatientPlan,
    PlannedAfp,
    PlannedStatus,
    TakenIn,
    summed,
)
from surveillance.registry.risk_plans import plan_risk
from surveillance.registry.row_checks import check_row
from surveillance.registry.rows import RegistryRow, RowProblem

CONSENTS = ("consent_phone", "consent_email", "consent_sms", "consent_letter")
ACTIVE = "ACTIVE"
NO_REASON = "As stated in the registry file"


def plan_rows(
    groups: Sequence[PatientRows], sites: Mapping[str, Site], shared: SharedAccessions
) -> TakenIn:
    """What taking in these patients' rows would come to; `import_registry_rows` without writing."""
    known = read_known(groups, sites)
    return summed([plan_patient(group, known, shared) for group in groups])


def plan_patient(group: PatientRows, known: Known, shared: SharedAccessions) -> PatientPlan:
    """What these rows would add and change, and which of them are refused and why."""
    draft = open_draft(group, known, shared)
    plan = PatientPlan(draft.site, group.mrn, draft.patient, draft.holder, rows=len(group.rows))
    for row in group.rows:
        plan.problems += check_row(draft, row)
    if draft.patient is None and not _has_name(draft):
        plan.problems += [_nameless(row) for row in draft.accepted]
        return plan
    if draft.accepted:
        _plan_person(plan, draft)
        _plan_status(plan, draft)
        plan_risk(plan, draft)
        _plan_afp(plan, draft)
        plan_lesions(plan, draft)
        plan_exams(plan, draft)
        plan_events(plan, draft)
    return plan


def _has_name(draft: Draft) -> bool:
    return any("family_name" in row.patient for row in draft.accepted)


def _nameless(row: RegistryRow) -> RowProblem:
    cure = "Give the family name in at least one row of a patient who is new here"
    return RowProblem(row.line, "family_name", "", "new_without_name", "is missing", cure)


def _plan_person(plan: PatientPlan, draft: Draft) -> None:
    stated: dict[str, Any] = {}
    for row in draft.accepted:
        stated |= row.patient
    if draft.patient is None:
        plan.new = stated
        plan.count("patients", CREATED)
        return
    if draft.patient == draft.holder:  # a merged record is history; the survivor is kept by hand
        plan.changes = _changes(plan, draft, stated)
    plan.count("patients", CHANGED if plan.changes else UNCHANGED)


def _changes(plan: PatientPlan, draft: Draft, stated: Mapping[str, Any]) -> dict[str, Any]:
    changes = {}
    for name, value in stated.items():
        recorded = getattr(draft.patient, name)
        if recorded == value:
            continue
        if name in CONSENTS and (recorded, value) != (Tri.UNKNOWN, value) and value != Tri.NO:
            if recorded == Tri.NO:
                row = next(row for row in draft.accepted if name in row.patient)
                text = "is refused on record; a file does not undo that"
                plan.note(row, name, value, text, "Record the new consent in the application")
            continue
        changes[name] = value
    return changes


def _plan_status(plan: PatientPlan, draft: Draft) -> None:
    rows = [row for row in draft.accepted if row.status]
    if not rows:
        return
    row = max(rows, key=lambda row: (row.status.get("on") or date.min, row.line))
    wanted, on = row.status["value"], row.status.get("on")
    status = draft.holder.status if draft.holder else ACTIVE
    since = draft.holder.status_on if draft.holder else None
    if (wanted == status and on in (since, None)) or wanted == status == ACTIVE:
        plan.count("statuses", UNCHANGED)
    elif draft.patient != draft.holder or (since and (on is None or on <= since)):
        plan.note(row, "patient_status", wanted, f"is older than the record, which has {status}")
        plan.count("statuses", UNCHANGED)
    else:
        plan.status = PlannedStatus(wanted, on, row.status.get("reason", NO_REASON))
        plan.count("statuses", CHANGED)


def _plan_afp(plan: PatientPlan, draft: Draft) -> None:
    recorded = set(draft.known.afp[draft.holder.pk]) if draft.holder else set()
    for row in draft.accepted:
        if not row.afp:
            continue
        key = row.afp["taken_on"], row.afp.get("value_ng_ml")
        if key in recorded:
            plan.count("afp_results", UNCHANGED)
            continue
        recorded.add(key)
        rising, high = row.afp.get("rising", False), row.afp.get("elevated_for_age", False)
        plan.afp.append(PlannedAfp(*key, rising=rising, elevated_for_age=high))
        plan.count("afp_results", CREATED)
