"""Proof that somebody looked."""

from django.db import models


class SweepRunQuerySet(models.QuerySet["SweepRun"]):
    def finished(self) -> "SweepRunQuerySet":
        """Runs that came to their end, the newest first."""
        return self.exclude(finished_at=None).order_by("-finished_at")


class SweepRun(models.Model):
    """One pass over what may be due. "Nothing was due" and "nobody looked" must differ."""

    kind = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.PositiveIntegerField(default=0)
    acted_on = models.PositiveIntegerField(default=0)
    parked = models.PositiveIntegerField(default=0)
    parked_ids = models.JSONField(default=list)

    objects = SweepRunQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["kind", "-finished_at"], name="sweep_run_newest_idx")]

    def __str__(self) -> str:
        return f"SweepRun {self.pk}: {self.kind}"
