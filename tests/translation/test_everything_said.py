"""Nothing is said to people in English only. `python -m tests.translation` lists what is."""

import re

import pytest

from tests.architecture.sources import ROOT, name_of
from tests.translation import python, templates
from tests.translation.exceptions import IN_PYTHON

SCRIPTS = sorted((ROOT / "surveillance" / "static" / "hepcalc").glob("*.js"))
SAID_BY_A_SCRIPT = re.compile(r"""(["'`])[A-Z][a-z]+[^"'`]* [a-z][^"'`]*\1""")
SPEAKING = python.speaking_modules()
LOOKED_AT = [
    *((path, python.english_in) for path in SPEAKING),
    *((path, python.english_refusals_in) for path in python.refusing_modules()),
]


@pytest.mark.parametrize("path", templates.pages(), ids=name_of)
def test_a_page_says_everything_through_a_translation(path) -> None:
    assert templates.english_in(path) == []


@pytest.mark.parametrize(("path", "look"), LOOKED_AT, ids=lambda one: getattr(one, "name", ""))
def test_a_module_says_everything_through_a_translation(path, look) -> None:
    allowed = IN_PYTHON.get(name_of(path), frozenset())

    assert [words for words in look(path) if words not in allowed] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_a_script_takes_its_words_from_the_page(path) -> None:
    lines = (line.split("//")[0] for line in path.read_text(encoding="utf-8").splitlines())

    assert [found[0] for line in lines for found in SAID_BY_A_SCRIPT.finditer(line)] == []


def test_exceptions_are_needed() -> None:
    found = {name_of(path): set(look(path)) for path, look in LOOKED_AT}
    idle = {
        name: sorted(allowed - found.get(name, set()))
        for name, allowed in IN_PYTHON.items()
        if not (ROOT / name).exists() or allowed - found.get(name, set())
    }

    assert idle == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        pytest.param("<p>Hello there</p>", ["Hello there"], id="text"),
        pytest.param("<p>Back</p>", ["Back"], id="one word"),
        pytest.param('<p>{% translate "Back" %} · –</p>', [], id="translated"),
        pytest.param(
            "<p>{% blocktranslate trimmed %}Hello <b>there</b>{% endblocktranslate %}!</p>",
            [],
            id="translated with markup",
        ),
        pytest.param('<a title="Go on">›</a>', ["title=Go on"], id="attribute"),
        pytest.param('<a data-x="Not saved yet">›</a>', ["data-x=Not saved yet"], id="data"),
        pytest.param('<a data-x="is-open">›</a>', [], id="data that is no sentence"),
        pytest.param('<q lang="en">No intervention</q> after', ["after"], id="cited"),
        pytest.param('{% include "a.html" with b="Two words" %}', ["Two words"], id="handed on"),
        pytest.param('{% include "a.html" with b=_("Two words") %}', [], id="handed on well"),
        pytest.param('{{ a|default:"none" }}', ['|default:"none'], id="filter"),
        pytest.param("{{ n }} day{{ n|pluralize }}", ["day", "|pluralize"], id="plural"),
        pytest.param("<p>MRN 4, 7 mm, HepCalc</p>", [], id="no language"),
        pytest.param("<script>var one = two words;</script>", [], id="script"),
        pytest.param("{# A remark #}{% comment %}Another{% endcomment %}", [], id="comment"),
    ],
)
def test_english_in_templates_is_found(source, found) -> None:
    assert templates.english_in_text(source) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        pytest.param('a = "Not yet"', ["Not yet"], id="sentence"),
        pytest.param('a = "Back"', ["Back"], id="capital"),
        pytest.param('a = f"{n} overdue"', ["{} overdue"], id="beside a value"),
        pytest.param('a = _("Not yet")', [], id="translated"),
        pytest.param('a = ngettext("{n} more day", "{n} more days", n)', [], id="plural"),
        pytest.param('def a():\n    """Says it."""', [], id="docstring"),
        pytest.param('log.warning("it went wrong")', [], id="log"),
        pytest.param('raise ValueError("not a day")', [], id="programmer's"),
        pytest.param('raise Refused("Not a day")', ["Not a day"], id="refusal"),
        pytest.param('a: "Some thing" = b["Some thing"]', [], id="type and key"),
        pytest.param('a = {"Some key": 1}', [], id="key of a table"),
        pytest.param('a = f"{size} mm"', [], id="unit"),
        pytest.param('a = "hc-tag hc-tag--calm"', [], id="class"),
        pytest.param('count_words(2, "missed appointment")', [], id="counted"),
    ],
)
def test_english_in_python_is_found(source, found) -> None:
    assert python.english_in_source(source) == found
