"""What a Spanish reader could take for something else: thousands, names of languages and pages."""

import pytest
from django.utils.translation import override

from surveillance.web import meanwhile
from surveillance.web.audit_vocabulary import PAGES
from surveillance.web.audit_words import detail_words
from surveillance.web.bar_chart import Series, bar_chart
from surveillance.web.dashboard_words import value_words
from surveillance.web.fact_values import value_words as fact_words
from surveillance.web.forms import words
from surveillance.web.typed_form import shorten_to
from surveillance.web.wording import count_words, language_name, number_words, size_words
from tests.hepcalc_site.every_address import ABOUT_ONE_PATIENT, TABLE, Machine


@pytest.mark.parametrize(("language", "said"), [("en-gb", "1,546 days"), ("es", "1\u202f546 días")])
def test_thousands_are_never_taken_for_decimals(language: str, said: str) -> None:
    with override(language):
        assert count_words(1546, "day") == said
        assert value_words(1546, "") == said.split(" ")[0]
        assert number_words(999) == "999"
        assert size_words(7) == "7.0 mm"


def test_a_text_that_is_too_long_is_told_by_its_own_limit() -> None:
    with override("es"):
        assert "Acórtelo a 60 caracteres" in str(shorten_to(60))
        assert "1\u202f000 caracteres" in str(shorten_to(1000))
    assert words("Why").max_length == 1000


@pytest.mark.parametrize(("language", "said"), [("en-gb", "Chinese"), ("es", "chino")])
def test_a_language_without_a_name_in_django_has_one(language: str, said: str) -> None:
    with override(language):
        assert language_name("zh") == language_name("zh-TW-x") == said


def test_every_page_about_a_patient_has_a_name_in_spanish() -> None:
    pages = {name: door.of for name, door in TABLE.items() if not isinstance(door, Machine)}
    seen = {name.replace("_", " ") for name, of in pages.items() if of in ABOUT_ONE_PATIENT}

    assert seen - set(PAGES) == {"follow up panel"}  # named "panel" in the trail
    with override("es"):
        assert detail_words({"page": "lesion history"}, {}) == ("página: historial de la lesión",)


def test_a_registry_file_is_said_in_spanish_as_the_source_of_a_fact() -> None:
    with override("es"):
        said = fact_words("cirrhosis = present, recorded 2026-11-06 (registry file)")

    assert said is not None
    assert said.endswith("(archivo de registro)")


def test_the_parts_of_a_chart_are_rounded_and_have_their_unit() -> None:
    chart = bar_chart(
        "Done",
        ["In time"],
        [Series("Mar", (100 / 3,), "33.3 %")],
        full=100,
        said=lambda share: value_words(share, "%"),
    )

    assert chart is not None
    assert chart.bars[0].parts[0].words == "In time: 33.3 %"


def test_a_deed_of_the_trail_is_told_in_its_words() -> None:
    with override("es"):
        assert "follow up" not in meanwhile._what("follow_up_opened")
    assert meanwhile._what("follow_up_opened") == "did this: follow-up opened"
