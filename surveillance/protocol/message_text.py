"""What a text of a message must keep to. Pure: a form, a workflow and a test ask the same question.

A text is plain words with placeholders in braces from a closed list. It is never a program: no
filter, no attribute, no loop, so that whoever may write texts can neither run anything nor print
what is in a patient's record.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from surveillance.protocol.message_terms import PLACEHOLDERS, MessageLanguage, MessageMedium
from surveillance.protocol.parameters.messages import (
    BODY_LIMIT,
    READING_GRADE_LIMIT,
    SMS_PARTS_LIMIT,
    SUBJECT_LIMIT,
    UNSAID_STEMS,
    UNSAID_WORDS,
)
from surveillance.protocol.reading import grade_of, without_accents
from surveillance.protocol.sms_parts import outside_basic_alphabet, sms_parts
from surveillance.protocol.unseen_signs import has_unseen

SUBJECT, BODY = "subject", "body"
IN_DIGEST: Final = frozenset({"cases", "lines"})
WITH_SUBJECT: Final = frozenset({MessageMedium.EMAIL, MessageMedium.LETTER, MessageMedium.STAFF})
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_TOKEN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DOT_OF_INITIALS = re.compile(r"(?<=\b[a-z])\.(?=[a-z]\b)")
_TAG = re.compile(r"<[a-zA-Z/!]")
_SPACED_X_RAY = re.compile(r"\bx[ .]+(?=rays?\b)")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a text, at which field, and how to mend it."""

    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A text as written, and what it is for."""

    medium: MessageMedium
    language: MessageLanguage
    subject: str
    body: str
    is_about_appointment: bool = False
    is_digest: bool = False

    @property
    def is_to_patient(self) -> bool:
        """Whether it is heard or read by a patient."""
        return self.medium is not MessageMedium.STAFF

    @property
    def allowed(self) -> frozenset[str]:
        """The placeholders that mean something in such a text."""
        if not self.is_to_patient:
            to_staff = frozenset({"site", "link"})
            return to_staff | IN_DIGEST if self.is_digest else to_staff
        always = PLACEHOLDERS - IN_DIGEST - {"when"}
        return always | {"when"} if self.is_about_appointment else always


@dataclass(frozen=True, slots=True)
class Measures:
    """How hard and how long a text is."""

    grade: float
    parts: int


def placeholders_in(text: str) -> frozenset[str]:
    """The names in braces."""
    return frozenset(_PLACEHOLDER.findall(text))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders replaced, each once: a value is never read as a text again.

    Raises KeyError for a placeholder without a value.
    """
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def measures_of(draft: Draft, values: Mapping[str, str]) -> Measures:
    """The reading grade of the writer's own words (names, numbers and days do not make a text
    harder), and the parts of the text message."""
    prose = _PLACEHOLDER.sub("", f"{draft.subject}\n\n{draft.body}")
    known = dict.fromkeys(placeholders_in(draft.body), "") | dict(values)
    is_sms = draft.medium is MessageMedium.SMS
    parts = sms_parts(filled(draft.body, known)) if is_sms else 0
    return Measures(grade_of(prose, draft.language), parts)


def faults_of(draft: Draft, values: Mapping[str, str]) -> tuple[Fault, ...]:
    """Everything that is wrong; `values` are particulars of the site, to measure the length by."""
    return (
        *_faults_of_form(draft),
        *_faults_of_signs(draft),
        *_faults_of_placeholders(draft),
        *_faults_of_words(draft),
        *_faults_of_measures(draft, measures_of(draft, values)),
    )


def _faults_of_form(draft: Draft) -> Iterator[Fault]:
    if len(draft.subject) > SUBJECT_LIMIT.value:
        yield Fault(SUBJECT, "too_long", f"At most {SUBJECT_LIMIT.value} characters.")
    if draft.medium in WITH_SUBJECT and not draft.subject.strip():
        yield Fault(SUBJECT, "missing", "Enter a subject.")
    if draft.medium not in WITH_SUBJECT and draft.subject:
        yield Fault(SUBJECT, "not_shown", "Texts and calls have no subject. Leave it empty.")
    if not draft.body.strip():
        yield Fault(BODY, "missing", "Enter the text.")
    if len(draft.body) > BODY_LIMIT.value:
        yield Fault(BODY, "too_long", f"At most {BODY_LIMIT.value} characters.")


def _faults_of_signs(draft: Draft) -> Iterator[Fault]:
    if has_unseen(draft.subject):
        yield Fault(
            SUBJECT,
            "line_break",
            "A subject is one line. Remove line breaks and invisible signs from it.",
        )
    if has_unseen(draft.body, "\n\t"):
        yield Fault(BODY, "control_character", "Remove the invisible control characters.")
    for field, text in ((SUBJECT, draft.subject), (BODY, draft.body)):
        if _TAG.search(text):
            yield Fault(field, "markup", "A message is plain text: remove the tags (<…>).")


def _faults_of_placeholders(draft: Draft) -> Iterator[Fault]:
    for field, text, allowed in (
        (SUBJECT, draft.subject, frozenset({"site"})),
        (BODY, draft.body, draft.allowed),
    ):
        unknown = sorted(placeholders_in(text) - allowed)
        listed = ", ".join(f"{{{name}}}" for name in sorted(allowed))
        if unknown:
            names = ", ".join(f"{{{name}}}" for name in unknown)
            yield Fault(field, "unknown_placeholder", f"{names} is not known here. Use {listed}.")
        if set(_PLACEHOLDER.sub("", text)) & set("{}"):
            yield Fault(field, "stray_brace", f"A brace stands alone. Braces are for {listed}.")
    if draft.body.strip():
        yield from _missing_placeholders(draft)


def _missing_placeholders(draft: Draft) -> Iterator[Fault]:
    used = placeholders_in(draft.body)
    if not draft.is_to_patient:
        if "link" not in used:
            yield Fault(BODY, "no_link", "Say where to go on: use {link}.")
    elif draft.medium is MessageMedium.PHONE:
        if "phone" not in used:
            yield Fault(BODY, "no_phone", "Say which number to call back: use {phone}.")
    elif not used & {"phone", "link"}:
        yield Fault(BODY, "no_way_to_answer", "Say how to reach you: use {phone} or {link}.")
    if draft.medium is MessageMedium.SMS and not re.search(r"\bSTOP\b", draft.body):
        yield Fault(BODY, "no_stop", "Say how to stop: the word STOP in capitals must be in it.")


def _faults_of_words(draft: Draft) -> Iterator[Fault]:
    for field, text in ((SUBJECT, draft.subject), (BODY, draft.body)):
        if said := unsaid_words_in(text):
            words = ", ".join(f"“{word}”" for word in said)
            yield Fault(
                field,
                "says_why",
                f"{words} tells others why somebody is under care. Leave it out; a person says it.",
            )


def _faults_of_measures(draft: Draft, measures: Measures) -> Iterator[Fault]:
    if draft.is_to_patient and measures.grade > READING_GRADE_LIMIT.value:
        yield Fault(
            BODY,
            "hard_to_read",
            f"Reading grade {measures.grade:.1f}; at most {READING_GRADE_LIMIT.value:g}. Use "
            "shorter sentences and shorter words.",
        )
    if measures.parts > SMS_PARTS_LIMIT.value:
        wide = outside_basic_alphabet(draft.body)
        cause = f" These letters more than double its length: {' '.join(wide)}." if wide else ""
        yield Fault(
            BODY,
            "too_many_parts",
            f"{measures.parts} parts; at most {SMS_PARTS_LIMIT.value}. Shorten it.{cause}",
        )


def unsaid_words_in(text: str) -> tuple[str, ...]:
    """Words that would tell why somebody is under care, each once, as folded for comparing."""
    plain = unicodedata.normalize("NFKC", _PLACEHOLDER.sub(" ", text))
    spelled = _DOT_OF_INITIALS.sub("", without_accents(plain).lower())
    tokens = _TOKEN.findall(_SPACED_X_RAY.sub("x-", spelled))
    return tuple(dict.fromkeys(token for token in tokens if _is_unsaid(token)))


def _is_unsaid(token: str) -> bool:
    pieces = {token, *token.split("-")}
    singular = {piece.removesuffix("s") for piece in pieces}
    return bool((pieces | singular) & UNSAID_WORDS.value) or any(
        piece.startswith(UNSAID_STEMS.value) for piece in pieces
    )
