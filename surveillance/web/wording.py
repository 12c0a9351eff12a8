"""Dates, sizes, ages and people in the words that the pages use, in the reader's language."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from django.conf.locale import LANG_INFO
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, pgettext

from surveillance.protocol.terms import Segment, Term

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from patients.models import Patient, Site
    from surveillance.models import Lesion

MONTHS: Final = gettext_noop("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")
ISO_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
SOUND_OF_I = re.compile(r"\W*(i|hi(?![aeo]))", re.IGNORECASE)
COUNTED: Final[dict[str, Callable[[int], str]]] = {
    "day": lambda n: ngettext("{n} day", "{n} days", n),
    "event": lambda n: ngettext("{n} event", "{n} events", n),
    "fact": lambda n: ngettext("{n} fact", "{n} facts", n),
    "finding": lambda n: ngettext("{n} finding", "{n} findings", n),
    "follow-up": lambda n: ngettext("{n} follow-up", "{n} follow-ups", n),
    "hour": lambda n: ngettext("{n} hour", "{n} hours", n),
    "lesion": lambda n: ngettext("{n} lesion", "{n} lesions", n),
    "letter": lambda n: ngettext("{n} letter", "{n} letters", n),
    "look": lambda n: ngettext("{n} look", "{n} looks", n),
    "measurement": lambda n: ngettext("{n} measurement", "{n} measurements", n),
    "message": lambda n: ngettext("{n} message", "{n} messages", n),
    "minute": lambda n: ngettext("{n} minute", "{n} minutes", n),
    "missed appointment": lambda n: ngettext(
        "{n} missed appointment", "{n} missed appointments", n
    ),
    "month": lambda n: ngettext("{n} month", "{n} months", n),
    "other lesion": lambda n: ngettext("{n} other lesion", "{n} other lesions", n),
    "part": lambda n: ngettext("{n} part", "{n} parts", n),
    "passkey": lambda n: ngettext("{n} passkey", "{n} passkeys", n),
    "authenticator app": lambda n: ngettext("{n} authenticator app", "{n} authenticator apps", n),
    "patient": lambda n: ngettext("{n} patient", "{n} patients", n),
    "time": lambda n: ngettext("{n} time", "{n} times", n),
    "year": lambda n: ngettext("{n} year", "{n} years", n),
}
"""What pages count. A plural is a matter of each language: no rule makes it from the singular."""

OTHER_LANGUAGES: Final = {
    "am": gettext_noop("Amharic"),
    "cmn": gettext_noop("Mandarin"),
    "fil": gettext_noop("Filipino"),
    "gn": gettext_noop("Guarani"),
    "gu": gettext_noop("Gujarati"),
    "hmn": gettext_noop("Hmong"),
    "ht": gettext_noop("Haitian Creole"),
    "ku": gettext_noop("Kurdish"),
    "lo": gettext_noop("Lao"),
    "prs": gettext_noop("Dari"),
    "ps": gettext_noop("Pashto"),
    "qu": gettext_noop("Quechua"),
    "so": gettext_noop("Somali"),
    "ti": gettext_noop("Tigrinya"),
    "tl": gettext_noop("Tagalog"),
    "yue": gettext_noop("Cantonese"),
    "zh": gettext_noop("Chinese"),
}
"""Languages of patients for which Django has no name."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A few words with a tone (overdue, due, soon, calm, good, quiet) that picks the colour."""

    words: str
    tone: str = "quiet"


def date_words(day: date | None) -> str:
    """'3 Mar 2026': no order of day and month to guess. Empty when there is no date."""
    return f"{day.day} {month_name(day)} {day.year}" if day else ""


def month_name(day: date) -> str:
    """'Mar': the month of a day, short."""
    return _(MONTHS).split()[day.month - 1]


def dates_in_words(text: str) -> str:
    """A sentence of a workflow, whose days are written as machines write them, for people."""
    return ISO_DAY.sub(_day_in_words, text)


def _day_in_words(found: re.Match[str]) -> str:
    try:
        return date_words(date.fromisoformat(found[0]))
    except ValueError:  # somebody's 30 February, quoted
        return found[0]


def moment_words(moment: datetime | None, site: "Site") -> str:
    """'3 Mar 2026, 14:05' on the site's clock. Empty when there is no moment."""
    if moment is None:
        return ""
    local = moment.astimezone(ZoneInfo(site.time_zone))
    return f"{date_words(local.date())}, {local:%H:%M}"


def size_words(size_mm: Decimal | float | None) -> str:
    """'7.0 mm', one decimal at least and none invented beyond the two that are stored."""
    if size_mm is None:
        return ""
    text = f"{Decimal(size_mm):.2f}"
    return f"{text[:-1] if text.endswith('0') else text} mm"


def full_months(since: date, until: date) -> int:
    """Whole calendar months from one day to another."""
    months = (until.year - since.year) * 12 + until.month - since.month
    return months - 1 if until.day < since.day else months


def age_words(birth_date: date | None, today: date) -> str:
    """'56 years'; below two years in months, since that is how infants are dosed and followed."""
    if birth_date is None:
        return _("age not known")
    months = full_months(birth_date, today)
    return count_words(months, "month") if months < 24 else count_words(months // 12, "year")


def number_words(number: float) -> str:
    """'1,200' in English, '1 200' in Spanish, where a comma may be read as a decimal point."""
    return number_format(round(number), force_grouping=True)


def count_words(count: int, thing: str) -> str:
    """'1 day', '2 days', '1,200 days'. The thing is one of `COUNTED`, in the English singular."""
    return COUNTED[thing](count).format(n=number_words(count))


def name_of_patient(patient: "Patient") -> str:
    """'Family, Given', as on a wristband."""
    return ", ".join(part for part in (patient.family_name, patient.given_name) if part)


def language_words(patient: "Patient") -> str:
    """'Portuguese, interpreter needed'; a code without a known name is shown as it is."""
    name = language_name(patient.language)
    if not patient.interpreter_needed:
        return name
    return _("{language}, interpreter needed").format(language=name)


def language_name(code: str) -> str:
    """'Portuguese' for pt and pt-BR alike where nothing closer is known; else the code itself."""
    known = LANG_INFO.get(code.lower()) or LANG_INFO.get(code.lower().split("-")[0]) or {}
    name = known.get("name") or OTHER_LANGUAGES.get(code.lower().split("-")[0])
    return _(str(name)) if name else code


def name_of_user(user: "User | None", nobody: str = "") -> str:
    """The person's full name, or the sign-in name when no name was entered."""
    return nobody if user is None else user.get_full_name() or user.get_username()


def owner_words(owner: "User | None", stand_in: "User | None", nobody: str) -> str:
    """'Nora Navigator', or 'Leo Lead, for Nora Navigator who is away'."""
    if owner is None or stand_in is None:
        return name_of_user(owner, nobody)
    return _("{stand_in}, for {owner} who is away").format(
        stand_in=name_of_user(stand_in), owner=name_of_user(owner)
    )


def label_of(term: type[Term], value: str) -> str:
    """The words of a coded value; a value that is no longer in the vocabulary is shown as it is."""
    try:
        return _(term(value).label)
    except ValueError:
        return value


def segments_words(segments: Iterable[str]) -> str:
    """'segment VII' or 'segments V, VI'. Empty when none is recorded."""
    names = [label_of(Segment, segment) for segment in segments]
    if not names:
        return ""
    return ngettext("segment {names}", "segments {names}", len(names)).format(
        names=", ".join(names)
    )


def lesion_words(lesion: "Lesion") -> str:
    """'Lesion L1, segment VII'."""
    name = lesion.label
    if not name.lower().startswith("lesion"):
        name = _("Lesion {label}").format(label=name)
    return ", ".join(part for part in (name, segments_words(lesion.segments)) if part)


def joined(words: Iterable[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    parts = [word for word in words if word]
    if len(parts) < 2:
        return "".join(parts)
    both = _("{most} and {last}")
    if SOUND_OF_I.match(parts[-1]):  # Spanish says another word there
        both = pgettext("before the sound of i", "{most} and {last}")
    return both.format(most=", ".join(parts[:-1]), last=parts[-1])
