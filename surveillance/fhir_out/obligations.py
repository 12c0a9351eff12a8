"""What is owed: Task (the obligation), ServiceRequest, CarePlan, DetectedIssue (overdue)."""

from datetime import date

from patients.models import Patient
from surveillance.fhir_out.codes import HL7, procedure, term
from surveillance.fhir_out.elements import (
    Context,
    Json,
    coding,
    concept,
    day,
    extensions,
    instant,
    organization,
    period,
    practitioner,
    reference,
    resource,
)
from surveillance.models import FollowUp, FollowUpOutcome
from surveillance.obligations import window_of
from surveillance.protocol.terms import EscalationClass, ObligationKind, Stage
from surveillance.protocol.timeliness import overdue_days, stage_on

PRIORITIES = {
    EscalationClass.URGENT: "asap",
    EscalationClass.AT_RISK: "urgent",
    EscalationClass.LOW: "routine",
    EscalationClass.NONE: "routine",
}
SEVERITIES = {EscalationClass.URGENT: "high", EscalationClass.AT_RISK: "high"}
FOR_REVIEW = "For clinician review: this supports the clinician's judgement and replaces none."


def today_at(row: FollowUp, context: Context) -> date:
    """The day it is at the follow-up's site."""
    return row.site.local_date(context.now)


def task(row: FollowUp, context: Context) -> list[Json]:
    """FHIR Task: the obligation, its window, its one owner, and the rule that it follows from."""
    on = today_at(row, context)
    return [
        resource(
            "Task",
            str(row.pk),
            meta={"versionId": str(row.version)},
            extension=extensions(
                (
                    ("escalation-class", row.escalation_class),
                    ("target-date", day(row.target_on)),
                    ("order-number", row.order_number),
                    ("booked-for", day(row.booked_for)),
                )
            ),
            basedOn=[reference("ServiceRequest", row.pk)] if _is_imaging(row) else [],
            status=task_status(row),
            statusReason=_ended(row),
            businessStatus=None if row.closed_at else _stage(row, on),
            intent="plan",
            priority=PRIORITIES[EscalationClass(row.escalation_class)],
            code=concept(
                term("recommendation", row.recommendation, str(row.get_recommendation_display())),
                text=str(row.get_recommendation_display()),
            ),
            description=f"{row.reason} {FOR_REVIEW}".strip(),
            focus=reference("Condition", row.lesion_id),
            for_=reference("Patient", row.patient_id),
            authoredOn=instant(row.opened_at),
            lastModified=instant(row.closed_at),
            requester=organization(row.site),
            owner=practitioner(row.owner),
            reasonCode=_reason(row),
            reasonReference=reference("Provenance", row.assessment_id),
            restriction={"period": period(row.earliest_on, row.latest_on)},
            output=_output(row),
        )
    ]


def task_status(row: FollowUp) -> str:
    """FHIR Task.status: requested, accepted (ordered), in-progress (booked), or how it ended.

    Whoever is booked after the last day counts as not booked (clinical.md 8.2).
    """
    if row.closed_at is None:
        if row.booked_for and row.booked_for <= row.latest_on:
            return "in-progress"
        return "accepted" if row.ordered_on else "requested"
    if row.outcome == FollowUpOutcome.COMPLETED:
        return "completed"
    wrong = row.outcome == FollowUpOutcome.ENTERED_IN_ERROR
    return "entered-in-error" if wrong else "cancelled"


def _is_imaging(row: FollowUp) -> bool:
    return row.kind == ObligationKind.IMAGING


def _ended(row: FollowUp) -> Json | None:
    if not row.outcome:
        return None
    label = str(row.get_outcome_display())
    return concept(term("follow-up-outcome", row.outcome, label), text=row.outcome_note or label)


def _stage(row: FollowUp, on: date) -> Json:
    stage = stage_on(window_of(row), on)
    return concept(term("stage", stage.value), text=stage.label)


def _reason(row: FollowUp) -> Json:
    decision = row.assessment
    cites = ", ".join(decision.answer.get("cites", ()))
    words = f"Rule {decision.rule} of protocol {decision.protocol_version}"
    return concept(term("rule", decision.rule), text=f"{words} ({cites})" if cites else words)


def _output(row: FollowUp) -> list[Json]:
    if row.completed_by_id is None:
        return []
    kind = concept(term("output", "FULFILLED_BY"), text="The exam that fulfilled it")
    return [{"type": kind, "valueReference": reference("DiagnosticReport", row.completed_by_id)}]


def service_request(row: FollowUp, _context: Context) -> list[Json]:
    """FHIR ServiceRequest: what is to be ordered; an order once one was placed, else a proposal."""
    return [
        resource(
            "ServiceRequest",
            str(row.pk),
            identifier=_placer(row),
            status=_request_status(row),
            intent="order" if row.ordered_on else "proposal",
            category=[concept(coding("http://snomed.info/sct", "363679005", "Imaging"))],
            priority=PRIORITIES[EscalationClass(row.escalation_class)],
            code=procedure(row.advised_modality)
            or concept(text=str(row.get_recommendation_display())),
            subject=reference("Patient", row.patient_id),
            occurrencePeriod=period(row.earliest_on, row.latest_on),
            authoredOn=day(row.ordered_on) or instant(row.opened_at),
            reasonReference=[reference("Condition", row.lesion_id)],
            note=[{"text": f"{row.reason} {FOR_REVIEW}".strip()}],
        )
    ]


def _placer(row: FollowUp) -> list[Json]:
    if not row.order_number:
        return []
    kind = concept(coding(f"{HL7}v2-0203", "PLAC", "Placer Identifier"))
    return [{"type": kind, "value": row.order_number}]


def _request_status(row: FollowUp) -> str:
    status = task_status(row)
    ended = {"completed": "completed", "entered-in-error": "entered-in-error"}
    return "active" if row.closed_at is None else ended.get(status, "revoked")


def detected_issue(row: FollowUp, context: Context) -> list[Json]:
    """FHIR DetectedIssue where the follow-up is open and past its last day; else nothing."""
    on = today_at(row, context)
    window = window_of(row)
    if row.closed_at is not None or stage_on(window, on) is not Stage.OVERDUE:
        return []
    days = overdue_days(window, on)
    return [
        resource(
            "DetectedIssue",
            str(row.pk),
            status="final",
            code=concept(term("issue", "FOLLOW_UP_OVERDUE"), text="Follow-up overdue"),
            severity=SEVERITIES.get(EscalationClass(row.escalation_class), "moderate"),
            patient=reference("Patient", row.patient_id),
            identifiedDateTime=day(on),
            implicated=[reference("Task", row.pk)],
            detail=f"{row.get_recommendation_display()}: {days} days past {row.latest_on}.",
        )
    ]


def care_plan(row: Patient, _context: Context) -> list[Json]:
    """FHIR CarePlan: everything that is open for the patient; nothing where nothing is owed."""
    owed = [one for one in row.follow_ups.all() if one.closed_at is None]
    if not owed:
        return []
    return [
        resource(
            "CarePlan",
            str(row.pk),
            status="active",
            intent="plan",
            title="Surveillance of hepatic lesions",
            subject=reference("Patient", row.pk),
            period=period(min(one.earliest_on for one in owed), max(o.latest_on for o in owed)),
            author=practitioner(row.responsible_clinician),
            addresses=[reference("Condition", one.lesion_id) for one in owed],
            activity=[{"reference": reference("Task", one.pk)} for one in owed],
            note=[{"text": FOR_REVIEW}],
        )
    ]
