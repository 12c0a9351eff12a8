"""What was answered to a request that may be sent again."""

import uuid

from django.db import models


class KeptAnswer(models.Model):
    """The answer to one `Idempotency-Key` of one client, written with the deed itself.

    `digest` is SHA-256 (hex) of what was asked. `body` is JSON text that may speak of a patient: it
    stays here a day and is deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    etag = models.CharField(max_length=80, blank=True)
    kept_at = models.DateTimeField(db_index=True)

    objects = models.Manager["KeptAnswer"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="kept_answer_key_once")
        ]

    def __str__(self) -> str:
        return f"KeptAnswer {self.pk}"
