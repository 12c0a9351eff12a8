"""Telephone numbers as people write them, made one form (E.164)."""

import re

import phonenumbers

from patients.models import Site


def international(number: str) -> str:
    """'+442079460000' from what a gateway gives in international form: with +, 00 or neither, with
    or without spaces; empty when it cannot be a number."""
    digits = re.sub(r"\D", "", number).removeprefix("00")
    return _formatted(f"+{digits}", None)


def e164(number: str, site: Site) -> str:
    """'+442079460000'; empty when it cannot be a number. One without + is read in the country of
    the site's holiday calendar."""
    return _formatted(number, site.holiday_calendar.partition("-")[0] or None)


def _formatted(number: str, country: str | None) -> str:
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
