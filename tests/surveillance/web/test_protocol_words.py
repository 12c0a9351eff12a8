"""What a decision keeps in English is read back whole, so that it can be shown in any language."""

from pathlib import Path

import pytest
from django.utils import translation

from surveillance.delivery.built_in import FOLDER
from surveillance.protocol.case_json import read_case, read_line
from surveillance.protocol.recommend import recommend
from surveillance.web.fact_values import value_words
from surveillance.web.inbox_words import OUR_NAME, SUBJECTS, WORDS
from surveillance.web.protocol_words import as_written, fact_said, said, sentence_words

VECTORS = Path(__file__).parents[2] / "data" / "cases.jsonl"
ANSWERS = [
    recommend(read_case(read_line(line)))
    for line in VECTORS.read_text(encoding="utf-8").splitlines()
]


def test_every_reason_is_of_the_vocabulary() -> None:
    told = {text for answer in ANSWERS for text in answer.reasons}
    told |= {text for answer in ANSWERS for text in answer.biopsy_cautions}
    told |= {owed.reason for answer in ANSWERS for owed in answer.obligations}

    assert {text for text in told if sentence_words(text) is None} == set()


def test_every_fact_is_of_the_vocabulary() -> None:
    told = {value for answer in ANSWERS for _name, value in answer.facts_used}

    assert {
        one for one in told if value_words(one) is None and sentence_words(one) is None
    } == set()


@pytest.mark.parametrize(
    "value",
    [
        "56 years",
        "not determined, handled as at risk (cirrhosis = yes)",
        "at risk (cirrhosis = yes, recorded 2026-01-10 by Dr Ng (clinic letter))",
        "waived on 2026-01-10, signed by Dr Ng (pregnancy)",
        "growth on never, new arterial enhancement on 2026-01-10",
        "to watch, on 2026-01-10; it is older than the evidence",
        "3 adequate since 2025-01-10, the last on 2026-01-10",
        "thick wall, septations",
    ],
)
def test_value_without_a_translation_is_the_same_in_english(value: str) -> None:
    with translation.override("en"):
        assert value_words(value) == value


def test_english_page_shows_what_is_stored() -> None:
    assert str(said("Anything at all.")) == "Anything at all."
    assert said("Anything at all.").lang == ""
    assert fact_said("size", "8.0 mm")[0] == "size"
    assert not said("")


def test_somebodys_own_words_are_marked_as_english_elsewhere() -> None:
    with translation.override("es"):
        assert said("Spoke with Dr Ng.").lang == "en"
        assert as_written("Free words.").lang == "en"
        assert said("").lang == ""
        _name, value = fact_said("size", "about as large as a pea")
        assert value.lang == "en"


def test_every_subject_of_a_message_to_staff_can_be_translated() -> None:
    subjects = set()
    for path in FOLDER.glob("*.staff.en.txt"):
        first = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix(OUR_NAME)
        subjects.add(first[:1].upper() + first[1:])

    assert subjects - {""} <= {*SUBJECTS, *WORDS.values()}
