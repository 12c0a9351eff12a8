"""The protocol on paper is the protocol in code; every number and rule has its source."""

import io
import re
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command

from surveillance.protocol import parameters
from surveillance.protocol.addons import ADDONS, REVIEWED
from surveillance.protocol.citations import GUIDELINES, STATEMENTS, citation, citations
from surveillance.protocol.explain import _READABLE, _TELL
from surveillance.protocol.handbook import handbook
from surveillance.protocol.parameters import Authority, Parameter, contact, lead_times
from surveillance.protocol.parameters.contact import CONTACT
from surveillance.protocol.parameters.lead_times import LEAD_TIMES
from surveillance.protocol.parameters.measures import MEASURES
from surveillance.protocol.rules.rule import Rule
from surveillance.protocol.rules.table import RULES

DOCUMENT = Path(__file__).parents[2] / "docs" / "protocol.md"
PROTOCOL = Path(__file__).parents[2] / "surveillance" / "protocol"


def test_the_document_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == handbook(), (
        "run: python manage.py print_protocol > docs/protocol.md"
    )


def test_the_command_prints_it() -> None:
    out = io.StringIO()

    call_command("print_protocol", stdout=out)

    assert out.getvalue() == handbook()


def test_the_source_document_is_cited_whole() -> None:
    assert list(STATEMENTS) == [f"S{number}" for number in range(1, 37)]
    assert all(quote.strip() for quote in (*STATEMENTS.values(), *GUIDELINES.values()))
    assert citation("S28").quote.startswith("Never delay follow-up imaging beyond 6 months")


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_rule_reads_as_a_sentence_and_cites_its_source(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z].*\.", rule.title)
    assert rule.cites or rule.id in {"R01", "R02", "R03", "R20"}
    keys = (*rule.cites, *(key for key, _ in rule.also))
    assert [each.key for each in citations(keys)] == list(keys)
    assert rule.facts
    if not rule.stop and rule.id != "R05":
        assert set(rule.facts) <= set(_TELL) == set(_READABLE)


@pytest.mark.parametrize(
    "parameter",
    [*parameters.ALL, *CONTACT, *LEAD_TIMES, *MEASURES],
    ids=lambda parameter: parameter.key,
)
def test_number_has_source_and_days(parameter: Parameter[object]) -> None:
    assert parameter.unit
    assert parameter.note
    assert parameter.authority in Authority
    assert citations(parameter.cites)
    assert date(2025, 12, 1) <= parameter.effective_on <= parameter.reviewed_on


def test_every_parameter_is_listed_once() -> None:
    declared = [value for value in vars(parameters).values() if isinstance(value, Parameter)]

    assert sorted(each.key for each in parameters.ALL) == sorted(each.key for each in declared)
    assert len({each.key for each in parameters.ALL}) == len(parameters.ALL)


def test_every_number_of_reaching_people_is_listed_once() -> None:
    declared = [value for value in vars(contact).values() if isinstance(value, Parameter)]

    assert sorted(each.key for each in CONTACT) == sorted(each.key for each in declared)
    assert not {each.key for each in CONTACT} & {each.key for each in parameters.ALL}


def test_every_lead_time_is_listed_once_and_outside_the_version() -> None:
    declared = [value for value in vars(lead_times).values() if isinstance(value, Parameter)]

    assert sorted(each.key for each in LEAD_TIMES) == sorted(each.key for each in declared)
    assert not {each.key for each in LEAD_TIMES} & {each.key for each in parameters.ALL}


def test_numbers_of_months_and_millimetres_live_with_the_parameters() -> None:
    """A literal in a call such as add_months(day, 6) would escape review."""
    escaped = [
        f"{path.name}: {match.group()}"
        for path in PROTOCOL.rglob("*.py")
        if path.parent.name != "parameters"
        for match in re.finditer(
            r"(add_months|add_days)\([^)\n]*, -?[1-9]|timedelta\(days=[2-9]|Decimal\([\"']?\d",
            path.read_text(encoding="utf-8"),
        )
    ]

    assert escaped == []


def test_addons_are_all_described() -> None:
    assert list(ADDONS) == [f"A{number:02}" for number in range(1, 21)]
    assert set(REVIEWED) <= set(ADDONS)
