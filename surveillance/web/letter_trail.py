"""What the audit trail says of a print run."""

from django.contrib.auth.models import User

from patients.models import AuditEvent
from surveillance.models import LetterBatch
from surveillance.web.letter_view import refused_check_words
from surveillance.workflows.check_letter_batch import CHECK_FAILED


def refused_checks(batch: LetterBatch) -> tuple[str, ...]:
    """Who found when that sheets did not fit, from the audit trail."""
    trail = AuditEvent.objects.filter(
        subject_type=batch._meta.model_name, subject_id=str(batch.pk), action=CHECK_FAILED
    )
    refused = list(trail.order_by("at", "pk"))
    keys = {one.actor.removeprefix("user:") for one in refused}
    found = User.objects.filter(pk__in=[key for key in keys if key.isdecimal()])
    return refused_check_words(batch, refused, {f"user:{user.pk}": user for user in found})
