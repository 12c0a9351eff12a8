"""A person's own key to the REST interface: for scripts that act in their name."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

TOKEN_PREFIX = "hepcalc_pat_"  # noqa: S105  # by it a token is known, also to scanners of secrets


class PersonalTokenQuerySet(models.QuerySet["PersonalToken"]):
    def of(self, user: "AbstractBaseUser") -> "PersonalTokenQuerySet":
        """One person's tokens, the newest first."""
        return self.filter(user=user.pk).order_by("-created_at", "pk")

    def usable(self, now: datetime) -> "PersonalTokenQuerySet":
        """Neither taken back nor run out, of people who can sign in."""
        return self.filter(revoked_at=None, expires_at__gt=now, user__is_active=True)


class PersonalToken(models.Model):
    """Made → used → taken back or run out. The token itself is shown once and kept nowhere.

    `digest` is its SHA-256: it has 256 random bits, so that nothing slower would protect it better.
    `hint` is its end, by which its owner knows it. `scope` as in OAuth2: words with blanks between,
    `site:…` for the sites to which it is limited.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="personal_tokens"
    )
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=4)
    scope = models.TextField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PersonalTokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="personal_token_runs_out"
            )
        ]

    def __str__(self) -> str:
        return f"PersonalToken {self.pk}"
