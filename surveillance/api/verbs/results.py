"""What verbs answer: ids and what changed. Everything else is read at the resource itself."""

from typing import Any

from rest_framework import serializers


class PatientResult(serializers.Serializer[Any]):
    """The record as it is now."""

    id = serializers.UUIDField(source="pk")
    site = serializers.CharField(source="site.slug")
    mrn = serializers.CharField()
    status = serializers.CharField()
    status_on = serializers.DateField(allow_null=True)


class RiskResult(serializers.Serializer[Any]):
    """The new risk profile; null where the one in force says the same."""

    patient = serializers.UUIDField()
    risk_profile = serializers.IntegerField(allow_null=True)


class ConsentResult(serializers.Serializer[Any]):
    """`changed`: whether anything was new."""

    patient = serializers.UUIDField()
    changed = serializers.BooleanField()


class ContactResult(serializers.Serializer[Any]):
    """The attempt, and when the patient is tried again."""

    id = serializers.UUIDField(source="pk")
    patient = serializers.UUIDField(source="patient_id")
    next_try_on = serializers.DateField(allow_null=True)
    next_try_part = serializers.CharField()
    retracted_at = serializers.DateTimeField(allow_null=True)


class NoteResult(serializers.Serializer[Any]):
    """The note."""

    id = serializers.CharField(source="pk")
    patient = serializers.UUIDField(source="patient_id")


class MergeResult(serializers.Serializer[Any]):
    """The merge; the survivor holds everything now."""

    id = serializers.CharField(source="pk")
    survivor = serializers.UUIDField(source="survivor_id")
    duplicate = serializers.UUIDField(source="duplicate_id")


class LesionResult(serializers.Serializer[Any]):
    """The lesion."""

    id = serializers.UUIDField(source="pk")
    patient = serializers.UUIDField(source="patient_id")
    # the library has attributes of these names
    label = serializers.CharField()  # type: ignore[assignment]


class AssessmentResult(serializers.Serializer[Any]):
    """One decision."""

    id = serializers.IntegerField(source="pk")
    lesion = serializers.UUIDField(source="lesion_id")
    rule = serializers.CharField()
    recommendation = serializers.CharField()
    risk = serializers.CharField()
    escalation_class = serializers.CharField()
    stop = serializers.BooleanField()
    earliest_on = serializers.DateField(allow_null=True)
    target_on = serializers.DateField(allow_null=True)
    latest_on = serializers.DateField(allow_null=True)


class DecisionsResult(serializers.Serializer[Any]):
    """What was decided again, lesion by lesion."""

    assessments = AssessmentResult(many=True)


class ExamResult(serializers.Serializer[Any]):
    """`created`: false where this very report was on file already."""

    id = serializers.UUIDField(source="exam.pk")
    accession = serializers.CharField(source="exam.accession")
    created = serializers.BooleanField()
    assessments = AssessmentResult(many=True)


class EventResult(serializers.Serializer[Any]):
    """The event of a lesion."""

    id = serializers.UUIDField(source="pk")
    lesion = serializers.UUIDField(source="lesion_id")
    kind = serializers.CharField()
    value = serializers.CharField()


class FollowUpResult(serializers.Serializer[Any]):
    """The follow-up as it is now; `version` is what `ETag` names."""

    id = serializers.UUIDField(source="pk")
    version = serializers.IntegerField()
    owner = serializers.IntegerField(source="owner_id", allow_null=True)
    latest_on = serializers.DateField()
    order_number = serializers.CharField()
    ordered_on = serializers.DateField(allow_null=True)
    booked_for = serializers.DateField(allow_null=True)
    missed_appointments = serializers.IntegerField()
    snoozed_until = serializers.DateField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField()


class OutsideCareResult(serializers.Serializer[Any]):
    """The evidence of care elsewhere."""

    id = serializers.CharField(source="pk")
    follow_up = serializers.UUIDField(source="follow_up_id")
    expires_on = serializers.DateField()


class EscalationResult(serializers.Serializer[Any]):
    """The escalation as it is now."""

    id = serializers.UUIDField(source="pk")
    follow_up = serializers.UUIDField(source="follow_up_id")
    owner = serializers.IntegerField(source="owner_id", allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    acknowledged_until = serializers.DateField(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)


class AnswerResult(serializers.Serializer[Any]):
    """The answer to an escalation."""

    id = serializers.CharField(source="pk")
    escalation = serializers.UUIDField(source="escalation_id")
    kind = serializers.CharField()
    promised_on = serializers.DateField(allow_null=True)
