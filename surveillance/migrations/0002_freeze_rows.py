from django.db import migrations

from patients.append_only_triggers import FreezeRows

RETRACTION = ["retracted_at", "retracted_by", "retracted_reason"]

FOLLOW_UP_PROGRESS = [
    "patient",
    "site",
    "owner",
    "ordered_on",
    "order_number",
    "booked_for",
    "snoozed_until",
    "snooze_reason",
    "next_look_on",
    "version",
    "closed_at",
    "closed_by",
    "outcome",
    "outcome_note",
    "completed_by",
    "superseded_by",
]


class Migration(migrations.Migration):
    """Facts are never changed but for a retraction; an obligation's window never moves."""

    dependencies = [("surveillance", "0001_initial")]

    operations = [
        FreezeRows("surveillance", "ImagingExam", mutable=["patient", *RETRACTION]),
        FreezeRows("surveillance", "LesionObservation"),
        FreezeRows("surveillance", "LesionEvent", mutable=RETRACTION),
        FreezeRows("surveillance", "LesionAssessment"),
        FreezeRows("surveillance", "ContactAttempt", mutable=["patient"]),
        FreezeRows("surveillance", "FollowUp", mutable=FOLLOW_UP_PROGRESS),
    ]
