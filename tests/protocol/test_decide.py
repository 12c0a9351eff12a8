"""`manage.py decide`: JSON lines in, JSON lines out, no database."""

import io
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO, Any

import pytest
from django.core.management import CommandError, call_command

from surveillance.protocol.written_cases import answer_to

VECTORS = Path(__file__).parents[1] / "data" / "cases.jsonl"
CONTRACT = [
    *["id", "rule", "recommendation", "window", "preferred_modality", "biopsy_allowed"],
    *["biopsy_reasons", "escalation_class", "stop", "cites", "addons", "reasons", "missing"],
    *["protocol_version", "overdue_days", "tier_if_unbooked"],
]


class Standard:
    """Standard input as bytes."""

    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


def decided(*args: str) -> tuple[list[dict[str, Any]], int]:
    out = io.StringIO()
    status = 0
    try:
        call_command("decide", *args, stdout=out)
    except SystemExit as stop:
        status = int(str(stop.code))
    return [json.loads(line) for line in out.getvalue().splitlines()], status


def from_input(monkeypatch: pytest.MonkeyPatch, content: bytes) -> tuple[list[dict[str, Any]], int]:
    monkeypatch.setattr(sys, "stdin", Standard(content))
    return decided()


def test_a_file_of_vectors_is_answered_without_a_database() -> None:
    answers, status = decided(str(VECTORS))

    assert status == 0
    assert [each["id"] for each in answers] == [f"D{number:02}" for number in range(1, 77)]
    assert all(list(each)[: len(CONTRACT)] == CONTRACT for each in answers)
    assert all(each["protocol_version"] == "seed-2025-12-01/1" for each in answers)


def test_whoever_has_read_enough_is_no_fault() -> None:
    """`decide FILE | head -1`."""
    manage = str(Path(__file__).parents[2] / "manage.py")
    many = VECTORS.read_bytes() * 20
    with subprocess.Popen(
        [sys.executable, manage, "decide"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        feeder = Thread(target=_feed, args=(process.stdin, many))
        feeder.start()
        assert json.loads(process.stdout.readline())["id"] == "D01"
        process.stdout.close()
        feeder.join()
        said = process.stderr.read()

    assert (process.returncode, said) == (0, b"")


def _feed(pipe: IO[bytes], content: bytes) -> None:
    with suppress(BrokenPipeError), pipe:
        pipe.write(content)


def test_malformed_lines_are_answered_on_their_line(monkeypatch: pytest.MonkeyPatch) -> None:
    good = VECTORS.read_bytes().splitlines()[0]
    bad = [b"{", b'{"id": "X1", "as_of": "2026-01-01"}', b"\xff\xfe", b"", b"  "]

    answers, status = from_input(monkeypatch, b"\n".join([bad[0], good, *bad[1:], good]))

    assert status == 1
    assert [("error" in each, each["id"]) for each in answers] == [
        (True, None),
        (False, "D01"),
        (True, "X1"),
        (True, None),
        (False, "D01"),
    ]
    assert set(answers[0]) == {"id", "error"}


def test_a_byte_order_mark_is_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    line = VECTORS.read_bytes().splitlines()[0]

    answers, status = from_input(monkeypatch, b"\xef\xbb\xbf" + line)

    assert (answers[0]["rule"], status) == ("R50", 0)


def test_nothing_in_nothing_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert from_input(monkeypatch, b"") == ([], 0)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        decided("/nowhere/cases.jsonl")


def test_a_case_without_an_id_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    case = json.loads(VECTORS.read_text(encoding="utf-8").splitlines()[0])
    del case["id"]

    answers, _ = from_input(monkeypatch, json.dumps(case).encode())

    assert answers[0]["id"] is None


def test_a_field_that_no_rule_reads_is_named_and_changes_nothing() -> None:
    plain = json.loads(VECTORS.read_text().splitlines()[0])
    told = json.loads(VECTORS.read_text().splitlines()[0])
    told["patient"]["blood_group"] = "0"
    told["history"][0]["radiation_dose"] = 3

    answer = answer_to(json.dumps(told).encode())

    assert answer.pop("ignored_fields") == ["patient.blood_group", "history[].radiation_dose"]
    assert answer == answer_to(json.dumps(plain).encode())


@pytest.mark.parametrize(
    "where",
    [
        pytest.param(("patient", "provenance", "cirrhosis", "recorded_by"), id="echoed text"),
        pytest.param(("lesion", "zz\ud800"), id="a field's name"),
    ],
)
def test_half_a_surrogate_pair_anywhere_is_answered(
    monkeypatch: pytest.MonkeyPatch, where: tuple[str, ...]
) -> None:
    told = json.loads(VECTORS.read_text(encoding="utf-8").splitlines()[0])
    place = told
    for name in where[:-1]:
        place = place.setdefault(name, {})
    place[where[-1]] = "\ud800"

    answers, status = from_input(monkeypatch, json.dumps(told).encode())

    assert (answers[0]["id"], status) == ("D01", 0)


def test_half_a_surrogate_pair_in_an_id_is_answered() -> None:
    answer = answer_to(b'{"id": "\\ud800"}')

    assert answer["id"] == "?"
    assert "as_of" in str(answer["error"])
