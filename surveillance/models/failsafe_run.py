"""What the failsafe found, each time it was asked, and whom it told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models import AppendOnlyModel, AppendOnlyQuerySet, Site


@dataclass(frozen=True, slots=True)
class KeptFinding:
    """A finding as it was kept: codes, counts and ids, no patient data.

    `since`: the first check of those that found it without a gap.
    """

    code: str
    site: int | None
    count: int
    subject_ids: tuple[str, ...]
    notes: tuple[str, ...]
    owner: int | None
    since: datetime

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "KeptFinding":
        """As `as_json` wrote it."""
        return cls(
            code=kept["code"],
            site=kept["site"],
            count=kept["count"],
            subject_ids=tuple(kept["subject_ids"]),
            notes=tuple(kept["notes"]),
            owner=kept["owner"],
            since=datetime.fromisoformat(kept["since"]),
        )

    def as_json(self) -> dict[str, Any]:
        """For `FailsafeRun.findings`."""
        return {
            "code": self.code,
            "site": self.site,
            "count": self.count,
            "subject_ids": list(self.subject_ids),
            "notes": list(self.notes),
            "owner": self.owner,
            "since": self.since.isoformat(),
        }


class FailsafeRunQuerySet(AppendOnlyQuerySet["FailsafeRun"]):
    def newest_first(self) -> "FailsafeRunQuerySet":
        """The newest check first."""
        return self.order_by("-finished_at", "-pk")


class FailsafeRun(AppendOnlyModel):
    """One asking of every question. **Append-only.**

    `outbox_waiting` is remembered so that the next checks can see whether the outbox grows.
    """

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    findings = models.JSONField(default=list)
    outbox_waiting = models.PositiveIntegerField(default=0)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = FailsafeRunQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-finished_at"], name="failsafe_run_newest_idx")]

    def __str__(self) -> str:
        return f"FailsafeRun {self.pk}: {len(self.findings)} findings"

    def kept(self) -> tuple[KeptFinding, ...]:
        """What was found."""
        return tuple(KeptFinding.from_json(each) for each in self.findings)


class FailsafeAlertKind(models.TextChoices):
    RAISED = "RAISED", _("Told that it is so")
    RECOVERED = "RECOVERED", _("Told that it is over")


class FailsafeAlertPath(models.TextChoices):
    EMAIL = "EMAIL", _("E-mail, outside the outbox")
    WEBHOOK = "WEBHOOK", _("Webhook")


class FailsafeAlertQuerySet(AppendOnlyQuerySet["FailsafeAlert"]):
    def newest_first(self) -> "FailsafeAlertQuerySet":
        """The newest first."""
        return self.order_by("-at", "-pk")

    def newest_per_finding(self) -> "FailsafeAlertQuerySet":
        """The last word on each finding to each recipient."""
        groups = self.order_by().values("code", "site", "recipient")
        return self.filter(pk__in=groups.annotate(newest=models.Max("pk")).values("newest"))


class FailsafeAlert(AppendOnlyModel):
    """Somebody was told of one finding, by one path. **Append-only**; written once it was sent.

    `recipient` names no address: 'operators' (FAILSAFE_EMAILS), 'webhook', or 'user:12'.
    """

    code = models.CharField(max_length=60)
    site = models.ForeignKey(
        Site, null=True, blank=True, on_delete=models.PROTECT, related_name="failsafe_alerts"
    )
    kind = models.CharField(max_length=10, choices=FailsafeAlertKind.choices)
    path = models.CharField(max_length=10, choices=FailsafeAlertPath.choices)
    recipient = models.CharField(max_length=60)
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(help_text=_("When the finding was first seen"))
    at = models.DateTimeField()
    dedupe_key = models.CharField(max_length=200, unique=True)

    objects = FailsafeAlertQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-at"], name="failsafe_alert_newest_idx")]

    def __str__(self) -> str:
        return f"FailsafeAlert {self.pk}: {self.kind} {self.code}"
