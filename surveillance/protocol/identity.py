"""Is the person that a message names the one whose record number it carries?

Two identifiers are asked for, as at the bedside: a record number alone may be mistyped.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date

from surveillance.protocol.terms import Term


class Identity(Term):
    """How far what the sender says of the person agrees with the record."""

    AGREES = "AGREES"
    NUMBER_ONLY = "NUMBER_ONLY"
    """Nothing besides the record number was said, or can be compared."""
    CONTRADICTS = "CONTRADICTS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A person by name and birth date. Empty or None: not said, or not on file."""

    family_name: str = ""
    given_name: str = ""
    birth_date: date | None = None


def identity_of(told: Named, on_file: Named) -> Identity:
    """Compare two descriptions that carry the same record number.

    Agrees: the birth date, or the whole name, and nothing differs. Spelling, accents, hyphens and
    a second family name make no difference; another given name does (twins).
    """
    family = _same_names(told.family_name, on_file.family_name)
    given = _same_given(told.given_name, on_file.given_name)
    born = _same_day(told.birth_date, on_file.birth_date)
    if False in (family, given, born):
        return Identity.CONTRADICTS
    if born or (family and given):
        return Identity.AGREES
    return Identity.NUMBER_ONLY


def is_somebody_else(told: Named, on_file: Named) -> bool:
    """Whether both name and birth date differ under one record number. One of them alone may have
    been corrected; both are another person until somebody has looked."""
    family = _same_names(told.family_name, on_file.family_name)
    given = _same_given(told.given_name, on_file.given_name)
    return False in (family, given) and _same_day(told.birth_date, on_file.birth_date) is False


def is_unproved(told: Named, on_file: Named) -> bool:
    """Whether something differs and nothing agrees: too little to end anybody's follow-up by."""
    family = _same_names(told.family_name, on_file.family_name)
    given = _same_given(told.given_name, on_file.given_name)
    born = _same_day(told.birth_date, on_file.birth_date)
    return False in (family, given, born) and not (born or (family and given))


def _same_day(one: date | None, other: date | None) -> bool | None:
    return None if one is None or other is None else one == other


def _same_names(one: str, other: str) -> bool | None:
    """None where one of them is not known."""
    first, second = set(_parts(one)), set(_parts(other))
    if not first or not second:
        return None
    return first <= second or second <= first


def _same_given(one: str, other: str) -> bool | None:
    """'A.' and 'Alex' may be one person; so may 'Alex' and 'Alexander'."""
    first, second = _parts(one), _parts(other)
    if not first or not second:
        return None
    shorter, longer = sorted((first[0], second[0]), key=len)
    return longer.startswith(shorter) or bool(_same_names(one, other))


def _parts(name: str) -> list[str]:
    """The words of a name in small letters without accents."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(
        sign if sign.isalnum() else " " for sign in plain if not unicodedata.combining(sign)
    )
    return letters.split()
