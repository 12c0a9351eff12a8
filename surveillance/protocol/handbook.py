"""The protocol as a document: rules, windows, numbers, add-ons, ladder (docs/protocol.md).

Written from the code that decides, so that it cannot say anything else; a test keeps the file
current.
"""

from collections.abc import Iterable, Iterator

from surveillance.protocol import parameters
from surveillance.protocol.addons import ADDONS
from surveillance.protocol.citations import GUIDELINES, SOURCE_TITLE, STATEMENTS
from surveillance.protocol.parameters import PROTOCOL_VERSION, Parameter, Rung, Span, WindowSpans
from surveillance.protocol.parameters.contact import CONTACT
from surveillance.protocol.parameters.lead_times import LEAD_TIMES
from surveillance.protocol.parameters.measures import MEASURES
from surveillance.protocol.parameters.outreach import OUTREACH
from surveillance.protocol.parameters.parameter import OrderRung
from surveillance.protocol.rules.rule import Rule, RuleGroup
from surveillance.protocol.rules.table import GROUPS, RULES

_INTRODUCTION = f"""# The protocol

Version `{PROTOCOL_VERSION}`. Written by `manage.py print_protocol` from the code that decides; do
not edit it by hand.

Every answer is decision support for clinician review. Exactly one of the {len(RULES)} rules answers
a case; the groups are asked in this order, and inside a group the conditions exclude each other.
Numbers tagged OURS are a clinical judgement that a named clinician signs before go-live.
"""

_NUMBERS = ("parameter", "value", "unit", "from", "sources", "in effect", "reviewed", "note")


def handbook() -> str:
    """The whole document, ending in a newline."""
    parts = [
        _INTRODUCTION,
        "## Rules",
        *(_group(group) for group in GROUPS),
        "## Add-ons\n\nThey may stand beside any rule and never change it.",
        _table(("id", "effect"), ADDONS.items()),
        "## Windows, ladder and other numbers",
        _table(_NUMBERS, (_parameter(each) for each in parameters.ALL)),
        "## How patients are reached\n\nA site may set its own; they are no part of the version.",
        _table(_NUMBERS, (_parameter(each) for each in OUTREACH)),
        "## Numbers of reaching people and of the measures\n\nThey enter no recommendation.",
        _table(_NUMBERS, (_parameter(each) for each in (*CONTACT, *MEASURES))),
        "## Lead times\n\nA site gives its own days for authorisation and booking. They tell when "
        "somebody is asked to order, to book and to call; nothing that is owed moves, so they are "
        "no part of the version.",
        _table(_NUMBERS, (_parameter(each) for each in LEAD_TIMES)),
        f"## Source document\n\n{SOURCE_TITLE}",
        _table(("statement", "words"), STATEMENTS.items()),
        "## Guidelines and studies behind stricter rules",
        _table(("key", "what it says"), GUIDELINES.items()),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _group(group: RuleGroup) -> str:
    return f"### {group.title}\n\n" + "\n\n".join(_rule(rule) for rule in group.rules)


def _rule(rule: Rule) -> str:
    lines = [f"#### {rule.id} — {rule.title}", "", *_answer(rule)]
    lines += [f"- {key}: “{_words(key)}”" for key in rule.cites]
    lines += [f"- {key} where it applies: “{_words(key)}”" for key, _ in rule.also]
    return "\n".join(lines)


def _answer(rule: Rule) -> Iterator[str]:
    yield f"- Answer: {rule.kind.label} (`{rule.kind}`)"
    if rule.stop:
        yield "- Nothing stays owed."
    else:
        yield f"- Window: {rule.window}; escalation class: {rule.escalation}"
    yield f"- Reads: {', '.join(rule.facts)}"
    if rule.note:
        yield f"- Note: {rule.note}"


def _words(key: str) -> str:
    return STATEMENTS.get(key) or GUIDELINES[key]


def _parameter(each: Parameter[object]) -> tuple[str, ...]:
    return (
        each.key,
        _value(each.value),
        each.unit,
        each.authority.value,
        ", ".join(each.cites),
        each.effective_on.isoformat(),
        each.reviewed_on.isoformat(),
        each.note,
    )


def _value(value: object) -> str:
    match value:
        case WindowSpans(earliest, target, latest):
            return f"{_span(earliest)} / {_span(target)} / {_span(latest)}"
        case tuple():
            return ", ".join(_value(each) for each in value)
        case Rung(days, tier):
            return f"L{days:+d}: T{tier}"
        case OrderRung(days, tier):
            return f"+{days}: T{tier}"
        case dict():
            return "; ".join(f"{key}: {_value(each) or 'none'}" for key, each in value.items())
        case bool():
            return "on" if value else "off"
        case _:
            return str(value)


def _span(span: Span) -> str:
    if not span.months:
        return f"+{span.days} d" if span.days else "0"
    return f"+{span.months} m" + (f" {span.days} d" if span.days else "")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)
