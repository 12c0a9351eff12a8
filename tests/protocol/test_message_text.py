"""Reading grade, length of a text message, and what no text of a message may be."""

from typing import Any

import pyphen
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveillance.protocol.message_terms import MessageLanguage, MessageMedium, language_of
from surveillance.protocol.message_text import (
    Draft,
    faults_of,
    filled,
    measures_of,
    unsaid_words_in,
)
from surveillance.protocol.parameters.messages import BODY_LIMIT, SUBJECT_LIMIT
from surveillance.protocol.reading import count_sentences, count_syllables, grade_of, words_of
from surveillance.protocol.sms_parts import outside_basic_alphabet, sms_parts

EN, ES = MessageLanguage.EN, MessageLanguage.ES
VALUES = {
    "site": "St Brigid",
    "phone": "555 0100",
    "link": "https://x.example/contact/brigid/",
    "when": "on Monday 1 March 2027",
    "language_line": "Need an interpreter?",
}
HARD = (
    "Considering your previously established eligibility, our multidisciplinary organisation "
    "respectfully recommends immediate communication regarding appointment availability {phone}."
)
HARD_SPANISH = (
    "Considerando las recomendaciones institucionales anteriormente establecidas, solicitamos "
    "respetuosamente su comunicación inmediata con nuestra organización multidisciplinaria {phone}."
)

LONG = "{phone}" + " We call." * BODY_LIMIT.value


def draft(**changed: Any) -> Draft:
    """A letter that nothing is wrong with."""
    said = {
        "medium": MessageMedium.EMAIL,
        "language": EN,
        "subject": "A note from {site}",
        "body": "Please call us: {phone}.",
    }
    return Draft(**said | changed)


def codes(**changed: Any) -> set[str]:
    return {fault.code for fault in faults_of(draft(**changed), VALUES)}


class TestSyllables:
    @pytest.mark.parametrize(
        ("word", "count"),
        [
            ("call", 1), ("visit", 2), ("appointment", 3), ("interpreter", 4), ("table", 2),
            ("make", 1), ("makes", 1), ("called", 1), ("needed", 2), ("changes", 2), ("the", 1),
            ("radio", 3), ("we’ll", 2), ("e-mail", 2), ("I", 1), ("created", 3), ("plan", 1),
        ],
    )  # fmt: skip
    def test_of_an_english_word(self, word: str, count: int) -> None:
        assert count_syllables(word, EN) == count

    @pytest.mark.parametrize(
        ("word", "count"),
        [
            ("cita", 2), ("día", 2), ("buenos", 2), ("ciudad", 2), ("teléfono", 4), ("leer", 2),
            ("intérprete", 4), ("y", 1), ("muy", 1), ("quien", 1), ("ahora", 3), ("país", 2),
            ("averigüe", 4), ("próxima", 3),
        ],
    )  # fmt: skip
    def test_of_a_spanish_word(self, word: str, count: int) -> None:
        assert count_syllables(word, ES) == count

    @pytest.mark.parametrize("text", [HARD, HARD_SPANISH])
    def test_are_close_to_those_of_a_hyphenation_dictionary(self, text: str) -> None:
        language, name = (EN, "en_US") if text is HARD else (ES, "es")
        dictionary = pyphen.Pyphen(lang=name, left=1, right=1)

        ours = sum(count_syllables(word, language) for word in words_of(text))
        theirs = sum(len(dictionary.positions(word)) + 1 for word in words_of(text))

        assert ours == pytest.approx(theirs, rel=0.1)


class TestGrade:
    def test_is_flesch_and_kincaids_in_english(self) -> None:
        text = "We plan the visit. You call us now."  # 8 words, 2 sentences, 9 syllables

        assert grade_of(text, EN) == pytest.approx(0.39 * 8 / 2 + 11.8 * 9 / 8 - 15.59)

    def test_is_crawfords_in_spanish(self) -> None:
        text = "Llame para su cita. Gracias."  # 5 words, 2 sentences, 2+2+1+2+2 syllables

        assert grade_of(text, ES) == pytest.approx(0.049 * 180 - 0.205 * 40 - 3.407)

    def test_of_nothing_is_none(self) -> None:
        assert grade_of(" 555 0100 https://a.example/long/path ", EN) == 0.0

    def test_counts_paragraphs_without_a_full_stop_as_sentences(self) -> None:
        assert count_sentences("Hello,\n\nplease call us\ntoday. Thank you!\n\n.") == 3

    @pytest.mark.parametrize(("text", "language"), [(HARD, EN), (HARD_SPANISH, ES)])
    def test_of_official_prose_is_far_above_six(self, text: str, language: MessageLanguage) -> None:
        assert grade_of(text, language) > 12

    @given(st.text(max_size=200), st.sampled_from(MessageLanguage))
    @settings(max_examples=50)
    def test_is_a_number_for_any_text(self, text: str, language: MessageLanguage) -> None:
        assert isinstance(grade_of(text, language), float)


class TestParts:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            pytest.param("", 0, id="nothing"),
            pytest.param("a" * 160, 1, id="one full part"),
            pytest.param("a" * 161, 2, id="one letter more"),
            pytest.param("a" * 306, 2, id="two full parts"),
            pytest.param("a" * 307, 3, id="into the third"),
            pytest.param("é" * 160, 1, id="é is inside the alphabet"),
            pytest.param("á" + "a" * 69, 1, id="á takes the wide alphabet"),
            pytest.param("á" + "a" * 70, 2, id="wide and one more"),
            pytest.param("€" * 80, 1, id="the euro sign takes two places"),
            pytest.param("€" * 81, 2, id="the euro sign and two more"),
            pytest.param("\N{SNOWMAN}" * 70, 1, id="wide and full"),
            pytest.param("\U0001f44b" * 35, 1, id="beyond 16 bits takes two places"),
            pytest.param("\U0001f44b" * 36, 2, id="beyond 16 bits and one more"),
            pytest.param("a" * 66 + "\U0001f44b" + "a" * 66, 3, id="none is cut in two"),
            pytest.param("a" * 152 + "€" + "a" * 152, 3, id="nor is the euro sign"),
        ],
    )
    def test_of_a_text_message(self, text: str, parts: int) -> None:
        assert sms_parts(text) == parts

    def test_the_letters_that_cost_are_named_once(self) -> None:
        assert outside_basic_alphabet("Llámenos más aquí é ñ") == "áí"


class TestFaults:
    def test_a_plain_text_has_none(self) -> None:
        assert codes() == set()

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            pytest.param({"subject": "A\nBcc: x@y.org"}, "line_break", id="header injection"),
            pytest.param({"subject": "A\x00"}, "line_break", id="control character in a header"),
            pytest.param({"subject": "Us. " * SUBJECT_LIMIT.value}, "too_long", id="long subject"),
            pytest.param({"subject": ""}, "missing", id="no subject"),
            pytest.param(
                {"subject": "Call {phone}"}, "unknown_placeholder", id="number in subject"
            ),
            pytest.param({"body": "  "}, "missing", id="no text"),
            pytest.param(
                {"body": "{phone}" + " We call." * BODY_LIMIT.value}, "too_long", id="long text"
            ),
            pytest.param({"body": "{phone}\x07"}, "control_character", id="control character"),
            pytest.param({"body": "{phone} can\u00adcer"}, "control_character", id="soft hyphen"),
            pytest.param({"body": "{phone} \u202eabc"}, "control_character", id="turns writing"),
            pytest.param({"body": "{phone} <b>us</b>"}, "markup", id="tags"),
            pytest.param({"body": "{phone}\x7f"}, "control_character", id="delete"),
            pytest.param({"body": "{phone}\u2028"}, "control_character", id="other line end"),
            pytest.param({"subject": "A\u202evisit"}, "line_break", id="subject that turns"),
            pytest.param({"body": "{phone} {mrn}"}, "unknown_placeholder", id="unknown"),
            pytest.param({"body": "Come {when}: {phone}"}, "unknown_placeholder", id="no visit"),
            pytest.param({"body": "{phone} {phone.__class__}"}, "stray_brace", id="attribute"),
            pytest.param({"body": "{phone} {{ patient.mrn }}"}, "stray_brace", id="template code"),
            pytest.param({"body": "{phone} {% debug %}"}, "stray_brace", id="template tag"),
            pytest.param({"body": "Please call us."}, "no_way_to_answer", id="no number"),
            pytest.param({"body": HARD}, "hard_to_read", id="hard English"),
            pytest.param({"body": HARD_SPANISH, "language": ES}, "hard_to_read", id="hard Spanish"),
            pytest.param({"body": "Your liver. {phone}"}, "says_why", id="organ"),
            pytest.param({"body": "Su hígado. {phone}", "language": ES}, "says_why", id="órgano"),
            pytest.param({"subject": "Hepatitis"}, "says_why", id="diagnosis in the subject"),
            pytest.param({"body": "Your MRI: {phone}"}, "says_why", id="exam"),
        ],
    )
    def test_are_told(self, changed: dict[str, Any], code: str) -> None:
        assert codes(**changed) == {code}

    @pytest.mark.parametrize(
        ("medium", "subject", "body", "code"),
        [
            pytest.param("SMS", "", "Call {phone}.", "no_stop", id="no way to stop"),
            pytest.param("SMS", "", "Call {phone}. Text stop.", "no_stop", id="stop in small"),
            pytest.param("SMS", "Hello", "{phone} STOP", "not_shown", id="a subject"),
            pytest.param("SMS", "", "{phone} STOP" + " we" * 120, "too_many_parts", id="three"),
            pytest.param("PHONE", "", "Call us: {link}", "no_phone", id="a script without number"),
            pytest.param("STAFF", "Look", "Look at the case.", "no_link", id="nowhere to go"),
            pytest.param("STAFF", "Cancer", "{link}", "says_why", id="a diagnosis to staff"),
            pytest.param(
                "STAFF", "Look", "{link} {phone}", "unknown_placeholder", id="a patient's number"
            ),
        ],
    )
    def test_depend_on_the_form(self, medium: str, subject: str, body: str, code: str) -> None:
        found = codes(medium=MessageMedium(medium), subject=subject, body=body)

        assert code in found
        assert found <= {code, "hard_to_read"}

    def test_words_to_staff_may_be_hard(self) -> None:
        hard = HARD.replace("{phone}", "{link}")

        assert codes(medium=MessageMedium.STAFF, body=hard) == set()

    def test_name_what_is_allowed(self) -> None:
        [fault] = faults_of(draft(body="{phone} {mrn}"), VALUES)

        assert fault.field == "body"
        assert fault.message == (
            "{mrn} is not known here. Use {language_line}, {link}, {phone}, {site}."
        )

    def test_the_day_is_allowed_about_an_appointment(self) -> None:
        assert codes(body="Come {when}. Call {phone}.", is_about_appointment=True) == set()

    def test_letters_that_double_the_length_are_named(self) -> None:
        long = draft(medium=MessageMedium.SMS, subject="", body="á {phone} STOP" + " ven" * 40)

        told = " ".join(fault.message for fault in faults_of(long, VALUES))

        assert "These letters more than double its length: á" in told

    def test_names_and_numbers_do_not_make_a_text_hard(self) -> None:
        long_name = VALUES | {"site": "University Interdisciplinary Hospital Administration"}

        assert measures_of(draft(), long_name).grade == measures_of(draft(), VALUES).grade

    @given(st.text(max_size=80), st.text(max_size=120), st.sampled_from(MessageMedium))
    @settings(max_examples=80)
    def test_of_any_text_can_be_told(self, subject: str, body: str, medium: MessageMedium) -> None:
        written = draft(subject=subject, body=body, medium=medium)

        if not faults_of(written, VALUES):
            assert filled(body, VALUES)


class TestWordsThatSayWhy:
    @pytest.mark.parametrize(
        "text",
        [
            "Liver", "hepático", "CIRROSIS", "pre-cancerous", "tumour", "your scan", "TAC",
            "lesión",
            "ｌｉｖｅｒ", "M.R.I.", "MRIs", "your CTs", "an X ray", "rayos X", "the scanner",
            "sonogram", "ecos", "Hep C", "precancerous", "alcoholic", "a lump", "bultos",
        ],
    )  # fmt: skip
    def test_are_found_in_any_case_accent_and_form(self, text: str) -> None:
        assert unsaid_words_in(text)

    @pytest.mark.parametrize(
        "text",
        ["deliver", "{site}", "contact", "compact", "masterpiece", "ecology", "massage", "más"],
    )
    def test_are_not_seen_in_harmless_words(self, text: str) -> None:
        assert not unsaid_words_in(text)


def test_a_value_is_never_read_as_a_text() -> None:
    assert filled("{site}", {"site": "{phone}", "phone": "no"}) == "{phone}"


@pytest.mark.parametrize(
    ("code", "language"), [("es-MX", ES), ("ES", ES), ("en", EN), ("fr", EN), ("", EN)]
)
def test_language_of_a_patient(code: str, language: MessageLanguage) -> None:
    assert language_of(code) is language


def test_every_term_has_words_for_people() -> None:
    assert all(term.label for term in (*MessageMedium, *MessageLanguage))
