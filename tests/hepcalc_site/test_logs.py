"""Logs carry ids: names, numbers of records, dates of birth and texts of errors stay out."""

import io
import json
import logging
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from hepcalc_site.logs import HIDDEN, configure, is_no_probe, logging_settings, redact, scrub


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[io.StringIO]:
    """What is written to the log during the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure(logging_settings(level="INFO", show_errors=False))
    stream = io.StringIO()
    for handler in root.handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(stream)
    yield stream
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def written(stream: io.StringIO) -> dict[str, Any]:
    (line,) = stream.getvalue().splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_ids_and_codes_are_kept_and_everything_else_is_hidden(lines: io.StringIO) -> None:
    patient_id = uuid.UUID("00000000-0000-4000-8000-000000000001")

    structlog.get_logger("t").info(
        "exam_recorded", patient_id=patient_id, code="ok", count=3, name="Ann Smith", mrn="X12345"
    )

    line = written(lines)
    assert line["event"] == "exam_recorded"
    assert line["patient_id"] == str(patient_id)
    assert (line["code"], line["count"]) == ("ok", 3)
    assert (line["name"], line["mrn"]) == (HIDDEN, HIDDEN)
    assert line["level"] == "info"


def test_an_error_is_logged_by_kind_and_place_without_its_text(lines: io.StringIO) -> None:
    try:
        raise ValueError("Key (mrn)=(X12345) already exists")
    except ValueError:
        logging.getLogger("django.request").exception("Internal Server Error: /patients/1/")

    text = lines.getvalue()
    assert "X12345" not in text
    assert "builtins.ValueError" in text
    assert "test_logs.py" in text


def test_a_library_that_repeats_an_error_in_its_message_gives_nothing_away(
    lines: io.StringIO,
) -> None:
    """Celery writes "Task … raised unexpected: IntegrityError('… Key (mrn)=(X12345) …')"."""
    try:
        raise ValueError("Key (mrn)=(X12345) already exists")
    except ValueError as error:
        logging.getLogger("celery.app.trace").error(
            "Task %(name)s raised unexpected: %(exc)s",
            {"name": "sweep", "exc": repr(error)},
            exc_info=True,
        )

    assert "X12345" not in lines.getvalue()
    assert written(lines)["event"] == "Task sweep raised unexpected: builtins.ValueError"


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("Not Found: /queue?q=Smith", id="query"),
        pytest.param("bounced: ann.smith@example.org", id="address"),
        pytest.param("born 1950-02-28", id="date"),
    ],
)
def test_a_library_s_message_is_scrubbed(message: str) -> None:
    cleaned = scrub(message)

    assert HIDDEN in cleaned
    assert not {"Smith", "ann.smith@example.org", "1950-02-28"} & set(cleaned.split())
    assert "Smith" not in cleaned


def test_redaction_keeps_what_structlog_itself_needs() -> None:
    assert redact(None, "info", {"event": "x", "_record": "r"})["_record"] == "r"


def test_answers_of_probes_are_left_out() -> None:
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "x", None, None)
    record.status_code = 503

    assert not is_no_probe(record)


def test_the_typesetter_does_not_spell_out_names() -> None:
    loggers = logging_settings(level="DEBUG", show_errors=True)["loggers"]

    assert loggers["weasyprint"]["level"] == "ERROR"
