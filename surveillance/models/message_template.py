"""The words of messages as administrators wrote them, and which of them are in use."""

import uuid
from typing import NamedTuple, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from patients.models import AppendOnlyModel, AppendOnlyQuerySet, Site
from surveillance.models.notification import TEMPLATES_TO_PATIENTS, NotificationTemplate
from surveillance.models.term_choices import term_choices
from surveillance.protocol.message_terms import MessageLanguage, MessageMedium

IDENTITY = ["site", "template", "medium", "language"]


class TextKind(NamedTuple):
    """One text: what it is about, in which form and language."""

    template: NotificationTemplate
    medium: MessageMedium
    language: MessageLanguage

    @classmethod
    def every(cls) -> "tuple[TextKind, ...]":
        """All texts there are: patients' in each form and language, staff's in English."""
        return tuple(
            cls(template, medium, language)
            for template in NotificationTemplate
            for medium in MessageMedium
            for language in MessageLanguage
            if _is_needed(template, medium, language)
        )


def _is_needed(
    template: NotificationTemplate, medium: MessageMedium, language: MessageLanguage
) -> bool:
    if medium is MessageMedium.STAFF:
        return language is MessageLanguage.EN
    return template in TEMPLATES_TO_PATIENTS


class MessageTemplateVersionQuerySet(AppendOnlyQuerySet["MessageTemplateVersion"]):
    def of(self, site: Site | int, kind: TextKind) -> Self:
        """The versions of one text at one site, the newest first."""
        return self.filter(site=site, **kind._asdict()).order_by("-number")


class MessageTemplateVersion(AppendOnlyModel):
    """The words of one text of a site as somebody wrote them. **Append-only.**

    Writing a version changes nothing that is sent; `MessageTemplateUse` says which is in use.
    The shipped words are "built-in": they have no row, and are there when nothing else is.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    template = models.CharField(max_length=30)
    medium = models.CharField(max_length=10, choices=term_choices(MessageMedium))
    language = models.CharField(max_length=12, choices=term_choices(MessageLanguage))
    number = models.PositiveSmallIntegerField()
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = MessageTemplateVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[*IDENTITY, "number"], name="message_template_version_once_per_number"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="message_template_version_number_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"MessageTemplateVersion {self.pk}: version {self.number}"

    @property
    def kind(self) -> TextKind:
        """Which text these are words of."""
        return kind_of(self)


class MessageTemplateUseQuerySet(AppendOnlyQuerySet["MessageTemplateUse"]):
    def of(self, site: Site | int, kind: TextKind) -> Self:
        """What was put in use for one text at one site, the newest first: that one is in use."""
        return self.filter(site=site, **kind._asdict()).order_by("-number")

    def in_use_at(self, site: Site) -> "dict[TextKind, MessageTemplateUse]":
        """The newest row of every text of the site that was ever changed. One query."""
        rows = self.filter(site=site).select_related("version", "chosen_by").order_by("number")
        return {row.kind: row for row in rows}


class MessageTemplateUse(AppendOnlyModel):
    """From `since` on a site sends these words: a version, or without one the built-in words.
    **Append-only**; the row with the highest `number` counts."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    template = models.CharField(max_length=30)
    medium = models.CharField(max_length=10, choices=term_choices(MessageMedium))
    language = models.CharField(max_length=12, choices=term_choices(MessageLanguage))
    number = models.PositiveSmallIntegerField()
    version = models.ForeignKey(
        MessageTemplateVersion,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="uses",
    )
    since = models.DateTimeField()
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = MessageTemplateUseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[*IDENTITY, "number"], name="message_template_use_once_per_number"
            )
        ]

    def __str__(self) -> str:
        return f"MessageTemplateUse {self.pk}: {self.number}"

    @property
    def kind(self) -> TextKind:
        """Which text it is about."""
        return kind_of(self)


def kind_of(row: MessageTemplateVersion | MessageTemplateUse) -> TextKind:
    """The text that a row is about."""
    return TextKind(
        NotificationTemplate(row.template),
        MessageMedium(row.medium),
        MessageLanguage(row.language),
    )
