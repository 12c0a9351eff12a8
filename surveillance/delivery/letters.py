"""One letter for all that waits to be written to a patient: to whom, whither, in which words.

Nothing clinical: the envelope shows name and address only, the sheet asks to call or to come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from patients.models import Patient
from surveillance.delivery.particulars import day_words
from surveillance.delivery.texts import VersionsInUse, text_of
from surveillance.models import Letter, MessageTemplateVersion, Notification, NotificationTemplate
from surveillance.protocol.message_terms import MessageLanguage, MessageMedium, language_of
from surveillance.protocol.parameters import ADULT_FROM_YEARS

GUARDIAN: Final = {
    MessageLanguage.EN: "The parent or guardian of {name}",
    MessageLanguage.ES: "Familia de {name}",
}
TO_GUARDIAN: Final = {
    MessageLanguage.EN: "This letter is for the parent or guardian of {name}.",
    MessageLanguage.ES: "Esta carta es para la familia de {name}.",
}
ORDER: Final = (NotificationTemplate.PATIENT_REMINDER, NotificationTemplate.APPOINTMENT_REMINDER)
"""What asks the patient to act stands first and gives the letter its subject."""


@dataclass(frozen=True, slots=True)
class LetterDraft:
    """A letter before it has its place in a print run."""

    patient: Patient
    messages: tuple[Notification, ...]
    template: str
    language: str
    recipient: str
    address: str
    subject: str
    body: str
    versions: tuple[MessageTemplateVersion | None, ...]
    """Of the words of each message, in their order; None: the built-in ones."""


def draft_letter(
    messages: Sequence[Notification], today: date, versions: VersionsInUse | None = None
) -> LetterDraft:
    """The letter that stands for these messages, all to one patient; dated `today`."""
    ordered = sorted(messages, key=lambda one: (_place(one), one.created_at, one.dedupe_key))
    first = ordered[0]
    patient = first.patient
    assert patient is not None  # the workflow groups them by patient
    language = language_of(patient.language)
    texts = [text_of(message, MessageMedium.LETTER, versions) for message in ordered]
    parts = [day_words(today, language)]
    if _is_minor(patient, today):
        parts.append(TO_GUARDIAN[language].format(name=_name_of(patient)))
    return LetterDraft(
        patient=patient,
        messages=tuple(ordered),
        template=first.template,
        language=language.value,
        recipient=recipient_of(patient, language, today),
        address="\n".join(patient.postal_lines),
        subject=texts[0].subject,
        body="\n\n".join([*parts, *_joined([text.body for text in texts])]),
        versions=tuple(text.version for text in texts),
    )


def recipient_of(patient: Patient, language: MessageLanguage, today: date) -> str:
    """Whose name stands in the window: the patient's, or the parents of a child."""
    name = _name_of(patient)
    return GUARDIAN[language].format(name=name) if _is_minor(patient, today) else name


def is_addressed(letter: Letter, message: Notification, today: date) -> bool:
    """Whether the sheet bears the name and address to which this message would go today."""
    patient = message.patient
    return patient is not None and (letter.recipient, letter.address) == (
        recipient_of(patient, MessageLanguage(letter.language), today),
        "\n".join(patient.postal_lines),
    )


def _name_of(patient: Patient) -> str:
    return f"{patient.given_name} {patient.family_name}".strip()


def _joined(bodies: Sequence[str]) -> list[str]:
    """The paragraphs of several texts as one: what they share (greeting, link, thanks) stands once
    and where it stood in the first, what only the others say before the end that all share."""
    first, *others = (body.strip().split("\n\n") for body in bodies)
    extra = list(dict.fromkeys(each for other in others for each in other if each not in first))
    shared = {each for other in others for each in other}
    own = [place for place, each in enumerate(first, start=1) if each not in shared]
    place = max(own, default=1) if extra else len(first)
    return [*first[:place], *extra, *first[place:]]


def _place(message: Notification) -> int:
    return [str(one) for one in ORDER].index(message.template)


def _is_minor(patient: Patient, today: date) -> bool:
    """Below the age of adults; somebody of unknown age is written to as an adult."""
    born = patient.birth_date
    if born is None:
        return False
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (not had_birthday) < ADULT_FROM_YEARS.value
