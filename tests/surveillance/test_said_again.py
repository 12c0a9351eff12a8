"""What the protocol says in English is said again in Spanish, and nothing of it is forgotten."""

import ast
import re
from collections.abc import Iterator

import pytest
from django.utils import translation

from surveillance.said_again import PATTERNS, said_again
from tests.architecture.sources import ROOT, tree_of

SPEAKING = (
    "surveillance/protocol/overrides.py",
    "surveillance/protocol/message_text.py",
    "surveillance/protocol/reaching.py",
    "surveillance/intake/csv_registry/coded.py",
    "surveillance/intake/csv_registry/consistency.py",
    "surveillance/intake/csv_registry/encoding.py",
    "surveillance/intake/csv_registry/header.py",
    "surveillance/intake/csv_registry/parsing.py",
    "surveillance/intake/csv_registry/reading.py",
    "surveillance/intake/csv_registry/uploads.py",
    "surveillance/intake/csv_registry/values.py",
    "surveillance/registry/exam_plans.py",
    "surveillance/registry/lesion_plans.py",
    "surveillance/registry/planning.py",
    "surveillance/registry/row_checks.py",
)
JOINED = {
    "{}; record the reason.",
    "{} parts; at most {}. Shorten it.{}",
    " These letters more than double its length: {}.",
    "Did you mean {}? ",
    "{}Columns of your own must begin with {} to be passed over",
    "{}Sites: {}",
    "{} {} to {}",
    " {}",
    "is not {}",
    "Give a number {}",
    "{} of {} {}",
}
"""Made of two sentences, which stand in the catalogue as one."""
NOT_SHOWN = {
    "field larger",
    "never ends",
    "end of data",
    "the record never ends",
    "As stated in the registry file",
}
"""What Python's reader says of a broken record; a reason that is kept with a status."""
COMMAND_LINE = "“{}” is not a date format"


def shape_of(sentence: str) -> str:
    """A sentence without its values."""
    return re.sub(r"\{[a-z]+\}", "{}", sentence)


def sentences_in(path: str) -> Iterator[str]:
    """Every sentence that a module makes, values left out; docstrings and annotations are none."""
    tree = tree_of(ROOT / path)
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
             for part in ast.walk(node) if part is not node}  # fmt: skip
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in parts | told:
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(p.value) if isinstance(p, ast.Constant) else "{}" for p in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield shape_of(node.value)


def is_said_to_people(sentence: str) -> bool:
    words = [word for word in sentence.split() if word.isalpha()]
    return len(words) > 1 and not sentence.startswith(COMMAND_LINE)


@pytest.mark.parametrize("path", SPEAKING)
def test_catalogue_has_every_sentence_that_a_module_makes(path: str) -> None:
    known = {shape_of(pattern) for pattern in PATTERNS} | JOINED | NOT_SHOWN

    assert {one for one in sentences_in(path) if is_said_to_people(one)} <= known


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        pytest.param("Say which day.", "Say which day.", id="what is not known stays as it is"),
        pytest.param("Enter a subject.", "Introduzca un asunto.", id="as it stands"),
        pytest.param(
            "MRI without contrast is contraindicated for this patient.",
            "RM sin contraste: contraindicada para este paciente.",
            id="a value is said again, too",
        ),
        pytest.param(
            "differs from the record, which has Other",
            "difiere del expediente, que tiene Other",
            id="what somebody wrote stays, though it is a known word",
        ),
        pytest.param("calls or visits only in the morning and evening",
                     "llamadas o visitas solo por la mañana y noche", id="two of a kind"),
        pytest.param("is 2026-01-02 here and 2025-01-02 in line 7",
                     "es 2026-01-02 aquí y 2025-01-02 en la línea 7", id="a place in a file"),
        pytest.param("", "", id="nothing"),
    ],
)  # fmt: skip
def test_sentence_is_said_again(english: str, spanish: str) -> None:
    with translation.override("es"):
        assert said_again(english) == spanish

    assert said_again(english) == english


def test_braces_of_a_text_stay_in_every_language() -> None:
    with translation.override("es"):
        said = said_again("Say how to reach you: use {phone} or {link}.")

    assert "{phone}" in said
    assert "{link}" in said
