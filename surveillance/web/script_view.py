"""What to say to a patient on the telephone, in the words of the page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from patients.models import Patient
from surveillance.delivery.texts import script_for
from surveillance.models import FollowUp
from surveillance.protocol.message_terms import MessageLanguage, language_of
from surveillance.web.wording import language_name


@dataclass(frozen=True, slots=True)
class Script:
    """A script in one language; `code` is for the page's `lang`."""

    language: str
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class CallSheet:
    """The scripts, the patient's language first, and what to arrange before the call."""

    before: str
    scripts: tuple[Script, ...]


def call_sheet(patient: Patient, owed: Iterable[FollowUp], on: date) -> CallSheet:
    """About the next appointment where one is booked, else to arrange one. Two or four queries."""
    ahead = (row.booked_for for row in owed if row.booked_for and row.booked_for >= on)
    booked_for = min(ahead, default=None)
    spoken = language_of(patient.language)
    languages = dict.fromkeys([spoken, MessageLanguage.EN])
    return CallSheet(
        before=_before_the_call(patient, spoken),
        scripts=tuple(_script(patient, language, booked_for) for language in languages),
    )


def _script(patient: Patient, language: MessageLanguage, booked_for: date | None) -> Script:
    text = script_for(patient, language=language, booked_for=booked_for)
    return Script(_(language.label), language.value, text.body)


def _before_the_call(patient: Patient, spoken: MessageLanguage) -> str:
    named = language_name(patient.language)
    if patient.interpreter_needed:
        words = _("{language}: have an interpreter on the line before you dial.")
        return words.format(language=named)
    if not patient.language.lower().startswith(spoken.value):
        return _(
            "The patient speaks {language}, and there is no script for it: offer an interpreter."
        ).format(language=named)
    return ""
