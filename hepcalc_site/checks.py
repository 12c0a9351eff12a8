"""System checks for settings that are legal and yet unsafe for patients."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning


def outside_mail_is_real(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Reminders that end in a folder reach nobody."""
    is_sent = settings.EMAIL_PROVIDER or settings.EMAIL_BACKEND.endswith("smtp.EmailBackend")
    if settings.IS_LOCAL or is_sent:
        return []
    hint = "Set EMAIL_URL to your mail server."
    return [Error("E-mails are kept on this machine, not sent.", hint=hint, id="hepcalc.E001")]


def outside_texts_are_real(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Reminders that end in a folder reach nobody."""
    if settings.IS_LOCAL or not settings.SMS or settings.SMS.kind != "loopback":
        return []
    hint = "Set SMS_URL to your gateway, or leave it empty."
    return [
        Error("Text messages are kept on this machine, not sent.", hint=hint, id="hepcalc.E003")
    ]


def somebody_hears_the_heartbeat(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """A sweep that stops must be noticed from outside."""
    if settings.IS_LOCAL or settings.HEARTBEAT_URL:
        return []
    hint = "Set HEARTBEAT_URL to a dead man's switch that alarms when it is not called hourly."
    return [Warning("Nobody outside notices when sweeps stop.", hint=hint, id="hepcalc.W001")]


def rate_limits_are_shared(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Sign-in rate limits that each process counts alone allow many more guesses."""
    if settings.IS_LOCAL or settings.REDIS_URL:
        return []
    hint = "Set REDIS_URL; it serves the broker and the shared cache."
    return [Error("The cache is not shared between processes.", hint=hint, id="hepcalc.E002")]


def sqlite_is_for_one_machine(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """One writer at a time, on one local disk, is a demonstration or one small clinic."""
    if settings.IS_LOCAL or not settings.IS_SQLITE:
        return []
    hint = "Set DATABASE_URL to a PostgreSQL database."
    return [Warning("SQLite serves one machine only.", hint=hint, id="hepcalc.W002")]


ALL = (
    outside_mail_is_real,
    outside_texts_are_real,
    somebody_hears_the_heartbeat,
    rate_limits_are_shared,
    sqlite_is_for_one_machine,
)
