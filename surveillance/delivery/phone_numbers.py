"""Telephone numbers as people write them, made one form (E.164)."""

import re

import phonenumbers

from patients.models import Site

LOCAL_NUMBER = re.compile(r"[\d\s()/.,-]{5,}")


def international(number: str) -> str:
    """'+442079460000' from what a gateway gives in international form: with +, 00 or neither, with
    or without spaces; empty when it cannot be a number."""
    digits = re.sub(r"\D", "", number).removeprefix("00")
    return _formatted(f"+{digits}", None)


def e164(number: str, site: Site) -> str:
    """'+442079460000'; empty when it cannot be a number. One without + is read in the country of
    the site's holiday calendar."""
    return _formatted(number, site.holiday_calendar.partition("-")[0] or None)


def is_dialled(phone: str, site: Site) -> bool:
    """Whether it is a number; where the site names no country, digits without + are trusted."""
    if site.holiday_calendar or phone.startswith("+"):
        return bool(e164(phone, site))
    return bool(LOCAL_NUMBER.fullmatch(phone))


def may_be_same(one: str, other: str, site: Site) -> bool:
    """Whether two numbers, however written, can be one: equal in E.164, or one is the end of the
    other without what is dialled before it. For people who look; a machine asks `e164`."""
    known = e164(one, site)
    if known and known == e164(other, site):
        return True
    bare = [re.sub(r"\D", "", number).lstrip("0") for number in (one, other)]
    return all(bare) and (bare[0].endswith(bare[1]) or bare[1].endswith(bare[0]))


def _formatted(number: str, country: str | None) -> str:
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(parsed):
        return ""
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
