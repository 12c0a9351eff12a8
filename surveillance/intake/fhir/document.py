"""Bytes to JSON, as strictly as FHIR asks for."""

import json
import re
from typing import Any, NoReturn

from surveillance.intake.fhir.problems import IssueType, Problem, Severity

Resource = dict[str, Any]

BLANKS = b" \t\r\n"
UNKEEPABLE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


class NotJson(ValueError):
    """The bytes are no JSON document of FHIR; `problem` says why."""

    def __init__(self, words: str, kind: IssueType = IssueType.STRUCTURE, path: str = "") -> None:
        super().__init__(words)
        self.problem = Problem(path, kind, words, Severity.FATAL)


def parse(raw: bytes) -> Resource:
    """The resource in `raw`. Refused: not UTF-8, no JSON object, the same name twice in one
    object (which of the two counts is anybody's guess), characters that no text has."""
    try:
        text = raw.decode("utf-8-sig")
        content = _without_doubles(raw, text)
    except UnicodeDecodeError as error:
        raise NotJson(f"The body is not UTF-8 (at byte {error.start}): send UTF-8.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise NotJson(f"The body is not JSON ({where}: {error.msg}).") from None
    except NotJson:
        raise
    except ValueError:
        raise NotJson("The body has a number of too many digits.", IssueType.VALUE) from None
    except RecursionError:
        raise NotJson("The body is nested too deeply for a FHIR resource.") from None
    if not isinstance(content, dict):
        raise NotJson("The body is no JSON object: send one resource, or a Bundle of them.")
    if b"\\" in raw and UNKEEPABLE.search(text):
        _refuse_unkeepable(content)
    return content


def _without_doubles(raw: bytes, text: str) -> Any:
    """What the text says. That no name stands twice is seen by counting: as many names are in the
    objects as in the text. Where that cannot be told at a glance each object is looked at."""
    names = 0

    def counted(found: Resource) -> Resource:
        nonlocal names
        names += len(found)
        return found

    content = json.loads(text, object_hook=counted, parse_constant=_no_number)
    if names == _most_names(raw):
        return content
    return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)


def _most_names(raw: bytes) -> int:
    """At least as many as the names in the text: what ends with a quotation mark and a colon."""
    return raw.translate(None, BLANKS).count(b'":')


def _once(pairs: list[tuple[str, Any]]) -> Resource:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotJson(
            f"An object has the element “{twice[:40]}” twice: which one counts cannot be known.",
        )
    return found


def _no_number(word: str) -> NoReturn:
    raise NotJson(f"{word} is no number in JSON.", IssueType.VALUE)


def _refuse_unkeepable(content: Resource) -> None:
    try:
        text = json.dumps(content, ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError:
        raise NotJson("The body has half a character (a lone surrogate).") from None
    if "\\u0000" in text:
        raise NotJson("The body has a NUL character (\\u0000), which no text may have.")
