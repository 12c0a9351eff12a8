"""Telephone numbers as people write them, made one form (E.164)."""

import phonenumbers

from patients.models import Site


def e164(number: str, site: Site) -> str:
    """'+442079460000'; empty when it cannot be a number. One without + is read in the country of
    the site's holiday calendar."""
    country = site.holiday_calendar.partition("-")[0] or None
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
