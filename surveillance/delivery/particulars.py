"""What stands in for the placeholders of a text: the site and an appointment, never the patient."""

from datetime import date
from typing import Final, NamedTuple

from django.conf import settings
from django.urls import reverse

from patients.models import Site
from surveillance.delivery.short_texts import short_name
from surveillance.protocol.message_terms import MessageLanguage, MessageMedium

ENGLISH_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
ENGLISH_DAYS: Final = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
SPANISH_MONTHS: Final = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
    "octubre", "noviembre", "diciembre",
)  # fmt: skip
SPANISH_DAYS: Final = (
    "lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo",
)  # fmt: skip
LONGEST_DAY: Final = date(2026, 9, 23)
"""A Wednesday in September: the most letters that `{when}` can have."""


class _Fixed(NamedTuple):
    """Words that a language lends to the placeholders."""

    soon: str
    number_unknown: str


_FIXED: Final = {
    MessageLanguage.EN: _Fixed("soon", "the number on our letters"),
    MessageLanguage.ES: _Fixed("pronto", "el de nuestras cartas"),
}
LANGUAGE_LINE: Final = (
    "Need an interpreter? Tell us when you call. ¿Necesita un intérprete? Dígalo al llamar."
)


class Particulars(NamedTuple):
    """What a text is filled with. `link` is where the reader goes on."""

    site: Site
    language: MessageLanguage
    medium: MessageMedium
    link: str
    appointment_on: date | None = None

    @property
    def values(self) -> dict[str, str]:
        """A value for every placeholder there is."""
        return {
            "site": self._site_name(),
            "phone": self.site.phone or self._without_phone(),
            "link": self.link,
            "when": when_words(self.appointment_on, self.language, self.medium),
            "language_line": LANGUAGE_LINE,
        }

    def _without_phone(self) -> str:
        is_sms = self.medium is MessageMedium.SMS
        return self.link if is_sms else _FIXED[self.language].number_unknown

    def _site_name(self) -> str:
        if self.medium is not MessageMedium.SMS:
            return self.site.name
        return short_name(self.site.name)


def contact_link(site: Site) -> str:
    """The site's own page with its numbers: no sign-in, nobody's name, no secret."""
    return f"{settings.SITE_URL}{reverse('contact_page', args=[site.slug])}"


def when_words(day: date | None, language: MessageLanguage, medium: MessageMedium) -> str:
    """'on Monday 1 March 2027', 'el lunes 1 de marzo de 2027'; 'soon' when no day is known.

    Without the weekday in a text message: 'sábado' alone would halve what fits into it.
    """
    if day is None:
        return _FIXED[language].soon
    has_weekday = medium is not MessageMedium.SMS
    if language is MessageLanguage.ES:
        weekday = f"{SPANISH_DAYS[day.weekday()]} " if has_weekday else ""
        return f"el {weekday}{day_words(day, language)}"
    weekday = f"{ENGLISH_DAYS[day.weekday()]} " if has_weekday else ""
    return f"on {weekday}{day_words(day, language)}"


def day_words(day: date, language: MessageLanguage) -> str:
    """'1 March 2027', '1 de marzo de 2027'."""
    if language is MessageLanguage.ES:
        return f"{day.day} de {SPANISH_MONTHS[day.month - 1]} de {day.year}"
    return f"{day.day} {ENGLISH_MONTHS[day.month - 1]} {day.year}"


def longest_of(site: Site, language: MessageLanguage, medium: MessageMedium) -> dict[str, str]:
    """The values by which a text of this site is measured before anybody's data are at hand."""
    return Particulars(site, language, medium, contact_link(site), LONGEST_DAY).values
