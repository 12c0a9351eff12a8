"""Logs: one JSON object per line, ids only."""

import logging.config
import re
import traceback
import uuid
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# Keys whose texts are ours by construction: names of events, codes, words of the vocabulary.
SAFE_KEYS = frozenset(
    {
        "event",
        "level",
        "logger",
        "timestamp",
        "exception",
        "code",
        "rule",
        "step",
        "tier",
        "job",
        "outcome",
        "channel",
        "status",
        "site",
        "command",
        "process",
        "reason_code",
        "method",
        "path",
        "protocol_version",
        "error",
        "kind",
    }
)
SAFE_ENDINGS = ("_id", "_ids", "_on", "_at", "_count", "_ms", "_seconds")
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
# A search holds a person's name or number; a date may be a birth date.
QUERY = re.compile(r"\?[^\s\"']*")
DATE = re.compile(r"\b(19|20)\d\d-\d\d-\d\d\b")
HIDDEN = "[redacted]"


def is_safe(key: str, value: object) -> bool:
    """Whether a value may be logged: our own words, numbers, and unguessable ids."""
    is_ours = key in SAFE_KEYS or key.endswith(SAFE_ENDINGS)
    return is_ours or value is None or isinstance(value, bool | int | float | uuid.UUID)


def redact(_logger: WrappedLogger, _method: str, event_dict: EventDict) -> EventDict:
    """Replace every value that is not known to be harmless, and scrub the message itself."""
    kept = {
        key: value if key.startswith("_") or is_safe(key, value) else HIDDEN
        for key, value in event_dict.items()
    }
    kept["event"] = scrub(str(kept.get("event", "")))
    return kept


def scrub(message: str) -> str:
    """Drop e-mail addresses, query strings and dates from a library's message."""
    for pattern in (QUERY, ADDRESS, DATE):
        message = pattern.sub(HIDDEN, message)
    return message


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it came from, the outermost first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def kind_of(error: BaseException) -> str:
    """The class of an error."""
    return f"{type(error).__module__}.{type(error).__qualname__}"


def where_it_failed(error: BaseException | None) -> str:
    """The kind of an error and the lines it passed, without its text.

    The text of a database error repeats the row: a medical record number, a name.
    """
    parts = []
    for one in chain_of(error):
        frames = traceback.extract_tb(one.__traceback__)
        parts.append(kind_of(one))
        parts.extend(f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    return "\n".join(parts)


def without_text_of(error: BaseException | None, message: str) -> str:
    """A message in which a library repeats the text of an error, with the error's kind instead."""
    for one in chain_of(error):
        for text in (repr(one), str(one)):
            if text:
                message = message.replace(text, kind_of(one))
    return message


def name_exception(_logger: WrappedLogger, _method: str, event_dict: EventDict) -> EventDict:
    """Put the kind and the place of an exception in the line, never its text."""
    exc_info = event_dict.pop("exc_info", None)
    error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if isinstance(error, BaseException):
        event_dict["exception"] = where_it_failed(error)
        event_dict["event"] = without_text_of(error, str(event_dict.get("event", "")))
    return event_dict


def is_no_probe(record: logging.LogRecord) -> bool:
    """Leave out the answers of /readyz: a platform asks every few seconds and reads them itself."""
    return getattr(record, "status_code", None) != HTTPStatus.SERVICE_UNAVAILABLE


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def logging_settings(*, level: str, show_errors: bool) -> dict[str, Any]:
    """Django's LOGGING: JSON on standard output, redacted unless `show_errors` (local only)."""
    private = [] if show_errors else [name_exception, redact]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *private,
                    structlog.processors.format_exc_info,
                    structlog.processors.JSONRenderer(default=str),
                ],
            }
        },
        "filters": {
            "no_probes": {"()": "django.utils.log.CallbackFilter", "callback": is_no_probe}
        },
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "filters": ["no_probes"],
                "stream": "ext://sys.stdout",
            }
        },
        "root": {"handlers": ["stdout"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            # Its warnings spell out letters of names that no typeface has.
            "weasyprint": {"level": "ERROR"},
        },
    }


def configure(settings: Mapping[str, Any]) -> None:
    """Set up the standard library's logging and structlog on top of it."""
    logging.config.dictConfig(dict(settings))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
