"""Dates, sizes, ages and people in the words that the pages use."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf.locale import LANG_INFO

from surveillance.protocol.terms import Segment, Term

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from patients.models import Patient, Site
    from surveillance.models import Lesion

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
ISO_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


@dataclass(frozen=True, slots=True)
class Tag:
    """A few words with a tone (overdue, due, soon, calm, good, quiet) that picks the colour."""

    words: str
    tone: str = "quiet"


def date_words(day: date | None) -> str:
    """'3 Mar 2026': no order of day and month to guess. Empty when there is no date."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if day else ""


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
        return "age not known"
    months = full_months(birth_date, today)
    return count_words(months, "month") if months < 24 else count_words(months // 12, "year")


def count_words(count: int, thing: str) -> str:
    """'1 day', '2 days'."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def name_of_patient(patient: "Patient") -> str:
    """'Family, Given', as on a wristband."""
    return ", ".join(part for part in (patient.family_name, patient.given_name) if part)


def language_words(patient: "Patient") -> str:
    """'Portuguese, interpreter needed'; a code without a known name is shown as it is."""
    interpreter = ", interpreter needed" if patient.interpreter_needed else ""
    return f"{language_name(patient.language)}{interpreter}"


def language_name(code: str) -> str:
    """'Portuguese' for pt and pt-BR alike where nothing closer is known; else the code itself."""
    known = LANG_INFO.get(code.lower()) or LANG_INFO.get(code.lower().split("-")[0]) or {}
    return str(known.get("name", code))


def name_of_user(user: "User | None", nobody: str = "") -> str:
    """The person's full name, or the sign-in name when no name was entered."""
    return nobody if user is None else user.get_full_name() or user.get_username()


def owner_words(owner: "User | None", stand_in: "User | None", nobody: str) -> str:
    """'Nora Navigator', or 'Leo Lead, for Nora Navigator who is away'."""
    if owner is None or stand_in is None:
        return name_of_user(owner, nobody)
    return f"{name_of_user(stand_in)}, for {name_of_user(owner)} who is away"


def label_of(term: type[Term], value: str) -> str:
    """The words of a coded value; a value that is no longer in the vocabulary is shown as it is."""
    try:
        return term(value).label
    except ValueError:
        return value


def segments_words(segments: Iterable[str]) -> str:
    """'segment VII' or 'segments V, VI'. Empty when none is recorded."""
    names = [label_of(Segment, segment) for segment in segments]
    if not names:
        return ""
    return f"segment{'s' if len(names) > 1 else ''} {', '.join(names)}"


def lesion_words(lesion: "Lesion") -> str:
    """'Lesion L1, segment VII'."""
    label = lesion.label if lesion.label.lower().startswith("lesion") else f"Lesion {lesion.label}"
    return ", ".join(part for part in (label, segments_words(lesion.segments)) if part)


def joined(words: Iterable[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    parts = [word for word in words if word]
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
