"""The shipped words: all there, plain to read in both languages, silent about why."""

import pyphen
import pytest

from patients.models import Site
from surveillance.delivery.built_in import FOLDER, built_in
from surveillance.delivery.checked import draft_of, faults_in, measures_in
from surveillance.models import TEMPLATES_TO_PATIENTS, NotificationTemplate, TextKind
from surveillance.models.notification import ABOUT_APPOINTMENTS
from surveillance.protocol.message_terms import MessageLanguage, MessageMedium
from surveillance.protocol.message_text import filled, placeholders_in
from surveillance.protocol.parameters.messages import READING_GRADE_LIMIT
from surveillance.protocol.reading import count_sentences, words_of

PATIENT_KINDS = [kind for kind in TextKind.every() if kind.medium is not MessageMedium.STAFF]
DICTIONARIES = {
    MessageLanguage.EN: pyphen.Pyphen(lang="en_US", left=1, right=1),
    MessageLanguage.ES: pyphen.Pyphen(lang="es", left=1, right=1),
}


def named(kind: TextKind) -> str:
    return "-".join(kind)


def a_site() -> Site:
    return Site(name="St Brigid University Hospital", slug="st-brigid", phone="+1 202 555 0100")


@pytest.mark.parametrize("template", NotificationTemplate)
def test_every_message_has_built_in_words_for_whoever_may_get_it(
    template: NotificationTemplate,
) -> None:
    needed = {(MessageMedium.STAFF, MessageLanguage.EN)}
    if template in TEMPLATES_TO_PATIENTS:
        ways = set(MessageMedium) - {MessageMedium.STAFF}
        needed |= {(medium, language) for medium in ways for language in MessageLanguage}

    there = {kind[1:] for kind in TextKind.every() if kind.template is template}

    assert there == needed
    assert all(built_in(TextKind(template, *form)).body for form in needed)


def test_no_file_is_left_over() -> None:
    known = {f"{'.'.join(part.value.lower() for part in kind)}.txt" for kind in TextKind.every()}

    assert {path.name for path in FOLDER.iterdir()} == known


@pytest.mark.parametrize("kind", TextKind.every(), ids=named)
def test_built_in_words_keep_every_rule_for_written_ones(kind: TextKind) -> None:
    assert faults_in(a_site(), kind, built_in(kind)) == ()


@pytest.mark.parametrize("kind", PATIENT_KINDS, ids=named)
def test_patients_words_are_at_or_below_grade_six(kind: TextKind) -> None:
    grade = measures_in(a_site(), kind, built_in(kind)).grade

    assert grade <= READING_GRADE_LIMIT.value == 6.0


@pytest.mark.parametrize("kind", PATIENT_KINDS, ids=named)
def test_grade_holds_with_the_syllables_of_a_dictionary(kind: TextKind) -> None:
    """The formulas once more, with somebody else's syllables."""
    words = built_in(kind)
    blank = dict.fromkeys(placeholders_in(words.subject + words.body), "")
    prose = filled(f"{words.subject}\n\n{words.body}", blank)
    read, dictionary = words_of(prose), DICTIONARIES[kind.language]
    syllables = sum(len(dictionary.positions(word)) + 1 for word in read) / len(read)
    sentences = count_sentences(prose) / len(read)

    if kind.language is MessageLanguage.ES:
        grade = 4.9 * syllables - 20.5 * sentences - 3.407
    else:
        grade = 0.39 / sentences + 11.8 * syllables - 15.59

    assert grade <= READING_GRADE_LIMIT.value


@pytest.mark.parametrize("kind", PATIENT_KINDS, ids=named)
def test_patients_are_told_how_to_reach_the_site(kind: TextKind) -> None:
    assert "phone" in placeholders_in(built_in(kind).body)


def test_spanish_words_are_spanish() -> None:
    for kind in PATIENT_KINDS:
        english = {"please", "call", "visit", "you"} & {
            word.lower() for word in words_of(built_in(kind).body)
        }
        assert bool(english) is (kind.language is MessageLanguage.EN), named(kind)


@pytest.mark.parametrize("kind", PATIENT_KINDS, ids=named)
def test_day_is_told_where_it_is_about_an_appointment_only(kind: TextKind) -> None:
    about_appointment = kind.template in ABOUT_APPOINTMENTS

    assert ("when" in placeholders_in(built_in(kind).body)) is about_appointment
    assert draft_of(kind, built_in(kind)).is_about_appointment is about_appointment
