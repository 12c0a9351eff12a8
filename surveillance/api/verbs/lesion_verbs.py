"""Verbs about lesions, exams and decisions."""

from typing import Any

from rest_framework import serializers

from surveillance.api.scopes import Scope
from surveillance.api.verbs import results
from surveillance.api.verbs.reading import (
    LONGEST_WORDS,
    Reason,
    Said,
    maybe_day,
    maybe_number,
    several,
    short,
    word,
    words,
)
from surveillance.api.verbs.targets import EXAM, LESION, LESION_EVENT, PATIENT
from surveillance.api.verbs.verb import Ask, Verb
from surveillance.exam_reports import ExamReport, Finding, RecordedExam
from surveillance.models import EVENT_VALUES, Lesion, LesionEventKind, OverrideKind, ReportStatus
from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Isolation,
    LesionKind,
    LesionNumber,
    LiRads,
    Modality,
    PathologyResult,
    Segment,
    Tri,
    VisualisationScore,
)
from surveillance.roles import Permission
from surveillance.workflows.override_assessment import override_assessment
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.record_lesion_event import record_lesion_event
from surveillance.workflows.register_lesion import register_lesion
from surveillance.workflows.reopen_lesion import reopen_lesion
from surveillance.workflows.retract_exam import retract_exam
from surveillance.workflows.retract_lesion_event import retract_lesion_event

EXAM_MODALITIES = [one.value for one in Modality if one is not Modality.MRI_CONTRAST]
EVENT_KINDS = [one.value for one in LesionEventKind]
SPARING_KINDS = (LesionEventKind.CHARACTERISATION_WAIVER, LesionEventKind.REMOVED_OR_TREATED)
SPARING_VALUES = (PathologyResult.BENIGN_SPECIFIC,)
OVERRIDE_KINDS = [one.value for one in OverrideKind if one != OverrideKind.LIFTED]


class LesionInput(Said):
    """A lesion as it is first recorded."""

    # the library has an attribute of this name
    label = serializers.CharField(  # type: ignore[assignment]
        max_length=40, help_text="The radiologist’s name for it"
    )
    kind = word(LesionKind, required=False)
    segments = several(Segment, required=False)
    number = word(LesionNumber, required=False)
    symptomatic = word(Tri, required=False)


class FindingInput(Said):
    """What the exam showed of one lesion; sizes in mm. Left out: the report says nothing of it;
    `lesion_seen` and `adequate` are true unless said otherwise."""

    lesion = serializers.UUIDField()
    lesion_seen = serializers.BooleanField(
        required=False, help_text="true where left out: a finding says that it was seen"
    )
    adequate = serializers.BooleanField(
        required=False, help_text="true where left out: say false where the view was limited"
    )
    size_mm = maybe_number(2, 5)
    calcified_mm = maybe_number(2, 5)
    aphe = word(Tri, required=False)
    washout = word(Tri, required=False)
    capsule = word(Tri, required=False)
    hemangioma_pattern = word(Tri, required=False)
    lirads = word(LiRads, required=False)
    conclusion = word(Conclusion, required=False)
    kind = word(LesionKind, required=False)
    isolation = word(Isolation, required=False)
    pattern = word(CalcificationPattern, required=False)
    thick_wall = word(Tri, required=False)
    septations = word(Tri, required=False)
    solid_component = word(Tri, required=False)


class ExamInput(Said):
    """One reported exam with its findings, lesion by lesion."""

    accession = serializers.CharField(max_length=64)
    performed_on = serializers.DateField()
    modality = serializers.ChoiceField(choices=EXAM_MODALITIES)
    adequate = serializers.BooleanField(
        required=False, help_text="Of the whole exam; true where left out"
    )
    vis = word(VisualisationScore, required=False)
    whole_liver = serializers.BooleanField(
        required=False, help_text="true where left out: the whole liver was in view"
    )
    report_status = word(ReportStatus, required=False)
    reporter = short(200)
    report_text = short(100_000)
    is_external = serializers.BooleanField(required=False)
    evidence = short(LONGEST_WORDS)
    findings = FindingInput(many=True, required=False)


class EventInput(Said):
    """A result, a decision or a treatment of one lesion."""

    kind = serializers.ChoiceField(choices=EVENT_KINDS)
    value = serializers.ChoiceField(
        choices=sorted({str(one) for values in EVENT_VALUES.values() for one in values})
    )
    occurred_on = serializers.DateField()
    author = serializers.CharField(max_length=200)
    evidence = words(default="", help_text="Where it is written; only symptoms go without")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A result or a decision has its evidence."""
        if attrs["kind"] != LesionEventKind.SYMPTOMS and not attrs["evidence"].strip():
            raise serializers.ValidationError({"evidence": ["Say where it is written."]})
        return attrs


class OverrideInput(Said):
    """A clinician’s decision beside the rule."""

    kind = serializers.ChoiceField(choices=OVERRIDE_KINDS)
    reason = serializers.CharField(max_length=LONGEST_WORDS)
    latest_on = maybe_day()
    modality = word(Modality, required=False, allow_null=True)
    expires_on = maybe_day()


def _register(ask: Ask) -> object:
    said = dict(ask.said)
    terms = {"kind": LesionKind, "number": LesionNumber, "symptomatic": Tri}
    said |= {name: term(said[name]) for name, term in terms.items() if name in said}
    said["segments"] = tuple(Segment(one) for one in said.get("segments", ()))
    return register_lesion(patient=ask.row, **said, **ask.signed)


TERMS: dict[str, Any] = {
    "aphe": Tri, "washout": Tri, "capsule": Tri, "hemangioma_pattern": Tri, "lirads": LiRads,
    "conclusion": Conclusion, "kind": LesionKind, "isolation": Isolation,
    "pattern": CalcificationPattern, "thick_wall": Tri, "septations": Tri, "solid_component": Tri,
    "modality": Modality, "vis": VisualisationScore, "report_status": ReportStatus,
}  # fmt: skip
"""Fields of an exam or a finding that are words of a vocabulary."""


def _in_terms(said: dict[str, Any]) -> dict[str, Any]:
    return {name: TERMS[name](value) if name in TERMS else value for name, value in said.items()}


def record_reported(ask: Ask) -> RecordedExam:
    """Record the exam that was said of the patient `ask.row`; lesions are the patient's own."""
    said = _in_terms({name: value for name, value in ask.said.items() if name != "findings"})
    findings = tuple(_finding(ask, one) for one in ask.said.get("findings", ()))
    return record_exam(patient=ask.row, report=ExamReport(**said, findings=findings), **ask.signed)


def _finding(ask: Ask, said: dict[str, Any]) -> Finding:
    lesion = Lesion.objects.filter(pk=said["lesion"], patient=ask.row).first()
    if lesion is None:
        problem = f"{said['lesion']}: no lesion of this patient."
        raise serializers.ValidationError({"findings": [problem]})
    return Finding(**_in_terms(said) | {"lesion": lesion})


def _retract_exam(ask: Ask) -> object:
    decided = retract_exam(exam=ask.row, reason=ask.said["reason"], **ask.signed)
    return {"assessments": decided}


def _record_event(ask: Ask) -> object:
    """What may end or put off what is owed is a clinician's word (A-29 to A-31), never a feed's."""
    if ask.said["kind"] in SPARING_KINDS or ask.said["value"] in SPARING_VALUES:
        ask.caller.require(Permission.OVERRIDE, ask.row.patient.site)
    said = ask.said | {"kind": LesionEventKind(ask.said["kind"])}
    return record_lesion_event(lesion=ask.row, **said, **ask.signed)


def _retract_event(ask: Ask) -> object:
    decided = retract_lesion_event(event=ask.row, reason=ask.said["reason"], **ask.signed)
    return {"assessments": decided}


def _override(ask: Ask) -> object:
    said = dict(ask.said)
    modality = said.pop("modality", None)
    said["kind"] = OverrideKind(said["kind"])
    chosen = Modality(modality) if modality else None
    return override_assessment(lesion=ask.row, modality=chosen, **said, **ask.signed)


def _reopen(ask: Ask) -> object:
    return reopen_lesion(lesion=ask.row, reason=ask.said["reason"], **ask.signed)


VERBS = (
    Verb(
        Scope.REGISTER_LESION, Permission.RECORD_EXAM, LesionInput, results.LesionResult,
        _register, {"label": "L1", "kind": "NODULE_OR_MASS", "segments": ["V"]}, PATIENT,
        created=True, summary="Register a lesion",
    ),
    Verb(
        Scope.RECORD_EXAM, Permission.RECORD_EXAM, ExamInput, results.ExamResult, record_reported,
        {
            "accession": "MR-2026-0815", "performed_on": "2026-08-20",
            "modality": "MRI_EXTRACELLULAR",
            "findings": [{"lesion": "5f0c0c2e-0000-4000-8000-000000000003", "size_mm": 8}],
        },
        PATIENT, summary="Record a reported exam; it closes what it answers",
    ),
    Verb(
        Scope.RETRACT_EXAM, Permission.RETRACT, Reason, results.DecisionsResult, _retract_exam,
        {"reason": "Reported for the wrong patient"}, EXAM,
        summary="Retract an exam that was recorded wrongly",
    ),
    Verb(
        Scope.RECORD_LESION_EVENT, Permission.RECORD_EXAM, EventInput, results.EventResult,
        _record_event,
        {
            "kind": "MDT_DECISION", "value": "CONTINUE_SURVEILLANCE", "occurred_on": "2026-08-25",
            "author": "Liver meeting", "evidence": "Minutes of 2026-08-25",
        },
        LESION, summary="Record pathology, a decision of a meeting, a treatment or symptoms; a "
        "waiver, a removal and a benign result take a clinician (OVERRIDE)",
    ),
    Verb(
        Scope.RETRACT_LESION_EVENT, Permission.RETRACT, Reason, results.DecisionsResult,
        _retract_event, {"reason": "Entered for the wrong lesion"}, LESION_EVENT,
        summary="Retract an event that was recorded wrongly",
    ),
    Verb(
        Scope.OVERRIDE_ASSESSMENT, Permission.OVERRIDE, OverrideInput, results.AssessmentResult,
        _override, {"kind": "SOONER", "reason": "Growing", "latest_on": "2026-10-01"}, LESION,
        summary="A clinician’s decision beside the rule",
    ),
    Verb(
        Scope.REOPEN_LESION, Permission.OVERRIDE, Reason, results.AssessmentResult, _reopen,
        {"reason": "Closed by mistake"}, LESION, summary="Lift an override and decide anew",
    ),
)  # fmt: skip
