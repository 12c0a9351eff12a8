"""Coded findings of a report: the OBX lines with one sub-id (OBX-4) are one lesion."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from surveillance.arrivals import CodedFinding
from surveillance.intake.csv_registry.coded import plain
from surveillance.intake.csv_registry.values import BadValue
from surveillance.intake.hl7v2.finding_words import OF_THE_EXAM, READERS
from surveillance.intake.hl7v2.mapping import FeedMapping
from surveillance.intake.hl7v2.problems import Untranslatable
from surveillance.intake.hl7v2.splitting import Segment

CODED: Final = frozenset({"CE", "CWE", "CNE", "CF"})
NOT_SAID: Final = frozenset({"", '""'})


@dataclass(slots=True)
class CodedValues:
    """What the codes say of the exam, and of each lesion in the order of their first line."""

    exam: dict[str, Any] = field(default_factory=dict)
    lesions: dict[str, dict[str, Any]] = field(default_factory=dict)

    def findings(self) -> tuple[CodedFinding, ...]:
        """One for each lesion."""
        return tuple(CodedFinding(**said) for said in self.lesions.values())


def said_by(line: Segment, mapping: FeedMapping) -> str:
    """What the code of an OBX says (`size`, `lirads`…); empty: it is no coded finding of ours."""
    return line.reader.once(line.raw(3), _said_by, line, mapping)


def _said_by(line: Segment, mapping: FeedMapping) -> str:
    for component in (1, 4):
        code = line.value(3, component)
        if code and (target := mapping.finding_codes.get(code.casefold())):
            return target
    return ""


def coded_values(lines: Iterable[Segment], mapping: FeedMapping) -> CodedValues:
    """Read all coded lines. Raises Untranslatable at the first that cannot be read: a size that is
    left out might be the one that matters."""
    values = CodedValues()
    for number, line in enumerate(lines, 1):
        target = said_by(line, mapping)
        sent = _sent(line) if target else []
        if all(one in NOT_SAID for one in sent):
            continue
        name, _ = READERS[target]
        read = _read(target, sent, line, mapping, number)
        if target in OF_THE_EXAM:
            values.exam[name] = read
        else:
            values.lesions.setdefault(line.value(4), {})[name] = read
    return values


def _sent(line: Segment) -> list[str]:
    """The value in the ways in which it may be known: code, text, other code, other text."""
    kind = line.value(2).upper()
    if kind in CODED:
        return [line.value(5, part) for part in (1, 2, 4, 5)]
    if kind == "SN":
        comparator = line.value(5, 1)
        return [("" if comparator == "=" else comparator) + line.value(5, 2)]
    return [line.text(5).replace("\n", " ").strip()]


def _read(target: str, sent: list[str], line: Segment, mapping: FeedMapping, number: int) -> Any:
    """The first way that can be read; the sender's own words (finding_values) go first."""
    own = mapping.finding_values.get(target, {})
    unit = line.value(6)
    for one in sent:
        if plain(one) in own:
            return READERS[target][1](own[plain(one)], unit or "mm")
    for one in sent:
        try:
            return READERS[target][1](one, unit)
        except (BadValue, ValueError):
            continue
    raise Untranslatable(
        "unknown_finding_value", f"OBX-5 ({number})", f"holds a value that cannot be read as "
        f"{target}. Send it with its unit, or give its meaning in the mapping (finding_values)."
    )  # fmt: skip
