"""The words that are shipped: always there, so that no message is ever without words.

One file per text in templates/notifications/, `<template>.<medium>.<language>.txt`: plain words
with placeholders. The first line is the subject (empty for a text message or a call), the rest
the body.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from surveillance.models import TextKind

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "notifications"


class Words(NamedTuple):
    """A text with its placeholders."""

    subject: str
    body: str


@cache
def built_in(kind: TextKind) -> Words:
    """The shipped words of a text; each of `TextKind.every()` has them, and a test says so."""
    template, medium, language = (part.value.lower() for part in kind)
    path = FOLDER / f"{template}.{medium}.{language}.txt"
    subject, _, body = path.read_text(encoding="utf-8").partition("\n")
    return Words(subject.strip(), body.strip())
