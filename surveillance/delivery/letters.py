"""One letter for all that waits to be written to a patient: to whom, whither, in which words.

Nothing clinical: the envelope shows name and address only, the sheet asks to call or to come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from patients.models import Patient
from surveillance.delivery.texts import day_in, language_of, letter_text_of
from surveillance.models import Notification, NotificationTemplate
from surveillance.protocol.parameters import ADULT_FROM_YEARS

SALUTATION: Final = {"en": "Dear {name},", "es": "Hola, {name}:"}
GUARDIAN: Final = {"en": "The parent or guardian of {name}", "es": "Familia de {name}"}
TO_GUARDIAN: Final = {"en": "Dear parent or guardian,", "es": "Estimada familia:"}
CLOSING: Final = {"en": "With kind regards,", "es": "Saludos,"}
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


def draft_letter(messages: Sequence[Notification], today: date) -> LetterDraft:
    """The letter that stands for these messages, all to one patient; dated `today`."""
    first, *more = sorted(messages, key=lambda one: (_place(one), one.created_at, one.dedupe_key))
    patient = first.patient
    assert patient is not None  # the workflow groups them by patient
    language = language_of(first)
    texts = [letter_text_of(first)]
    texts += [letter_text_of(one) for one in more if one.template != first.template][:1]
    name = f"{patient.given_name} {patient.family_name}".strip()
    is_minor = _is_minor(patient, today)
    parts = [
        day_in(language, today),
        TO_GUARDIAN[language] if is_minor else SALUTATION[language].format(name=name),
        *(text.body.strip() for text in texts),
        f"{CLOSING[language]}\n{first.site.name}",
    ]
    return LetterDraft(
        patient=patient,
        messages=tuple(messages),
        template=first.template,
        language=language,
        recipient=GUARDIAN[language].format(name=name) if is_minor else name,
        address="\n".join(patient.postal_lines),
        subject=texts[0].subject,
        body="\n\n".join(parts),
    )


def _place(message: Notification) -> int:
    return [str(one) for one in ORDER].index(message.template)


def _is_minor(patient: Patient, today: date) -> bool:
    """Below the age of adults; somebody of unknown age is written to as an adult."""
    born = patient.birth_date
    if born is None:
        return False
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (not had_birthday) < ADULT_FROM_YEARS.value
