"""The catalogue holds what the code says, all of it in Spanish, and is compiled."""

import re

import pytest

from tests.translation import catalogue, msgids

HOLES = re.compile(r"\{\w*\}|%\(\w+\)[sd]|%[sd]")
MEND = "Run `make messages`, translate what is new in hepcalc_site/locale/es, and run it again."


@pytest.fixture(scope="module")
def messages():
    return catalogue.messages_of(catalogue.read())


def test_every_text_of_the_code_is_in_the_catalogue_and_nothing_else(messages) -> None:
    named = msgids.all_msgids()

    assert sorted(one.words[0] for one in named - set(messages)) == [], MEND
    assert sorted(one.words[0] for one in set(messages) - named) == [], MEND


def test_every_text_is_translated(messages) -> None:
    missing = [one.words for one, said in messages.items() if not catalogue.is_translated(said)]

    assert missing == [], MEND


def test_translations_keep_every_place_for_a_value(messages) -> None:
    wrong = []
    for msgid, message in messages.items():
        said = message.string if message.pluralizable else [message.string]
        if set(HOLES.findall(" ".join(msgid.words))) != set(HOLES.findall(" ".join(said))):
            wrong.append((msgid.words, said))

    assert wrong == []


def test_translations_keep_markup(messages) -> None:
    tags = re.compile(r"</?(\w+)")
    wrong = [
        msgid.words
        for msgid, message in messages.items()
        if not message.pluralizable
        and sorted(tags.findall(msgid.words[0])) != sorted(tags.findall(str(message.string)))
    ]

    assert wrong == []


def test_compiled_files_are_what_the_catalogue_compiles_to() -> None:
    known = catalogue.read()

    assert catalogue.MO.read_bytes() == catalogue.as_mo(known), MEND
    assert catalogue.ENGLISH_MO.read_bytes() == catalogue.as_mo(known, catalogue.ENGLISH), MEND


def test_gathering_again_changes_nothing() -> None:
    made = catalogue.gathered(msgids.all_msgids(), catalogue.read())

    assert catalogue.as_po(made) == catalogue.PO.read_bytes(), MEND
