"""Who did, or viewed, what on whose record, when; sealed into one hash chain per site."""

from django.db import models

from patients.models.append_only import AppendOnlyModel, AppendOnlyQuerySet


class AuditEvent(AppendOnlyModel):
    """One thing that a person or the system did. **Append-only**, text ids, no foreign keys.

    Writers only insert, so they never wait for each other; `AuditSeal` rows order and chain the
    events afterwards.
    """

    at = models.DateTimeField()
    site = models.CharField(max_length=60)
    actor = models.CharField(max_length=60)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=60)
    patient_id = models.CharField(max_length=60, blank=True)
    detail = models.JSONField(default=dict)

    objects = AppendOnlyQuerySet["AuditEvent"].as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["patient_id", "at"], name="audit_event_patient_idx"),
            models.Index(fields=["subject_type", "subject_id"], name="audit_event_subject_idx"),
            models.Index(fields=["site", "at"], name="audit_event_site_idx"),
            models.Index(fields=["site", "actor", "at"], name="audit_event_actor_idx"),
            models.Index(fields=["site", "action", "at"], name="audit_event_action_idx"),
        ]

    def __str__(self) -> str:
        return f"AuditEvent {self.pk}: {self.action} {self.subject_type} {self.subject_id}"


class AuditSeal(AppendOnlyModel):
    """One link of a site's chain: event `event_id` is number `number`. **Append-only.**

    `digest` is SHA-256 over the previous digest and the canonical form of the event, so that a
    changed, deleted or reordered event shows.
    """

    site = models.CharField(max_length=60)
    number = models.PositiveBigIntegerField()
    event_id = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    objects = AppendOnlyQuerySet["AuditSeal"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "number"], name="audit_seal_number_once_per_site"
            )
        ]

    def __str__(self) -> str:
        return f"AuditSeal {self.number} of site {self.site}"
