"""The patient (PID) and the record that is given up (MRG)."""

import re
from collections.abc import Iterable
from typing import Final

from surveillance.arrivals import Person
from surveillance.intake.hl7v2.mapping import FeedMapping
from surveillance.intake.hl7v2.moments import day, is_date
from surveillance.intake.hl7v2.problems import Untranslatable, tidy, within
from surveillance.intake.hl7v2.splitting import Segment

LONGEST_MRN: Final = 64
LONGEST: Final = {
    "family_name": 120, "given_name": 120, "phone": 40, "email": 254, "postal_code": 20,
    "city": 120, "region": 120, "country": 60, "language": 12,
}  # fmt: skip
LEAST_DIGITS: Final = 5
"""Of a telephone number."""
NO_ADDRESS_TO_WRITE_TO: Final = frozenset({"BA", "BDL", "BR", "F", "N", "RH", "V"})
"""0190: bad address, places of birth and origin, vacation."""
TO_WRITE_TO_FIRST: Final = ("M", "H", "L", "P", "C", "")
NO_TELEPHONE: Final = frozenset({"FX", "MD", "BP", "TDD", "TTY", "INTERNET", "X.400"})
"""0202: fax, modem, beeper, e-mail."""
E_MAIL: Final = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]{2,}")
DEATH_INDICATORS: Final = {"Y": True, "YES": True, "N": False, "NO": False}
LANGUAGE_TAG: Final = re.compile(r"[a-z]{2}(?:-[a-z0-9]{2,8})?", re.IGNORECASE)


def person_of(pid: Segment | None, mapping: FeedMapping) -> Person:
    """The patient as the sender knows them. Raises Untranslatable without a number."""
    if pid is None:
        raise Untranslatable("no_patient", "PID", "is missing: nobody can say whose this is.")
    said = {
        "family_name": _name(pid, 1), "given_name": _given(pid),
        "phone": _phone(pid), "email": _email(pid), "language": _language(pid, mapping),
        **_address(pid),
    }  # fmt: skip
    return Person(
        mrn=mrn_of(pid, 3, mapping),
        birth_date=day(pid.value(7)),
        sex=mapping.sexes.get(pid.value(8).casefold()) if pid.value(8) else None,
        deceased=_deceased(pid),
        deceased_on=day(pid.value(29)),
        address=_street(pid),
        **{name: _kept(name, value) for name, value in said.items()},
    )


def _deceased(pid: Segment) -> bool | None:
    """PID-30, otherwise whether PID-29 holds a date: many systems fill an empty one with zeros.
    Beside a date whatever is no yes counts as a no: the two are put to a person."""
    sent = pid.value(30).upper()
    said = DEATH_INDICATORS.get(sent)
    return not sent if said is None and is_date(pid.value(29)) else said


def mrn_of(segment: Segment, number: int, mapping: FeedMapping) -> str:
    """The medical record number among the identifiers of a field (PID-3, MRG-1).

    Raises Untranslatable where there is none, or where several could be meant.
    """
    where = f"{segment.name}-{number}"
    found = _numbers(segment, number, mapping)
    if len(found) > 1:
        raise Untranslatable(
            "which_mrn", where, "holds several numbers that could be the medical record number. "
            "Name its assigning authority in the mapping (mrn_authority)."
        )  # fmt: skip
    if not found:
        raise Untranslatable(
            "no_mrn", where, "holds no medical record number. If the number stands there under "
            "another authority or type, name these in the mapping (mrn_authority, mrn_types)."
        )  # fmt: skip
    return within(found[0], LONGEST_MRN, where)


def _numbers(segment: Segment, number: int, mapping: FeedMapping) -> list[str]:
    """The different numbers that may be meant: of the authority, or of the first kind there is."""
    part = segment.reader.part
    all_of_them = [
        (tidy(part(one)), part(one, 4).casefold(), part(one, 5).casefold())
        for one in segment.repetitions(number)
    ]
    if mapping.mrn_authority:
        return _different(n for n, of, _ in all_of_them if of in mapping.mrn_authority)
    for kind in (*mapping.mrn_types, ""):
        if found := _different(n for n, _, of in all_of_them if of == kind):
            return found
    external = segment.value(2) if segment.name == "PID" and not all_of_them else ""
    return _different([tidy(external)])


def _different(numbers: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(number for number in numbers if number))


def _kept(name: str, value: str) -> str:
    """Contact details that are longer than a field of ours are not believed; names are cut."""
    most = LONGEST[name]
    if len(value) <= most:
        return value
    return value[:most].rstrip() if name.endswith("_name") else ""


def _legal_name(pid: Segment) -> str:
    """The repetition of PID-5 that is the legal name (type L), otherwise the first."""
    names = pid.repetitions(5)
    legal = [one for one in names if pid.reader.part(one, 7).upper() == "L"]
    return (legal or names or [""])[0]


def _name(pid: Segment, component: int) -> str:
    return tidy(pid.reader.part(_legal_name(pid), component))


def _given(pid: Segment) -> str:
    return " ".join(name for name in (_name(pid, 2), _name(pid, 3)) if name)


def _home(pid: Segment) -> str:
    """The repetition of PID-11 to which letters go."""
    part = pid.reader.part
    usable = [
        one for one in pid.repetitions(11) if part(one, 7).upper() not in NO_ADDRESS_TO_WRITE_TO
    ]
    ranks = {kind: rank for rank, kind in enumerate(TO_WRITE_TO_FIRST)}
    usable.sort(key=lambda one: ranks.get(part(one, 7).upper(), len(ranks)))
    return usable[0] if usable else ""


def _address(pid: Segment) -> dict[str, str]:
    home, part = _home(pid), pid.reader.part
    parts = {"city": 3, "region": 4, "postal_code": 5, "country": 6}
    return {name: tidy(part(home, number)) for name, number in parts.items()}


def _street(pid: Segment) -> str:
    home, part = _home(pid), pid.reader.part
    lines = [part(home, 1), part(home, 2)]
    return "\n".join(tidy(line) for line in lines if line)[:1000]


def _phone(pid: Segment) -> str:
    """The first telephone of PID-13, otherwise PID-14: as written, or put together."""
    for field in (13, 14):
        for one in pid.repetitions(field):
            if pid.reader.part(one, 3).upper() in NO_TELEPHONE:
                continue
            number = _number(pid, one)
            if sum(sign.isdigit() for sign in number) >= LEAST_DIGITS:
                return number
    return ""


def _number(pid: Segment, one: str) -> str:
    written = tidy(pid.reader.part(one, 1) or pid.reader.part(one, 12))
    if written:
        return "" if "@" in written else written
    country, area, local = (tidy(pid.reader.part(one, place)) for place in (5, 6, 7))
    return " ".join(part for part in (f"+{country.lstrip('+')}" if country else "", area, local)
                    if part)  # fmt: skip


def _email(pid: Segment) -> str:
    """The first e-mail address of PID-13 or PID-14: component 4, or 1 in older messages."""
    for field in (13, 14):
        for one in pid.repetitions(field):
            for place in (4, 1):
                address = tidy(pid.reader.part(one, place)[: LONGEST["email"] + 1])
                if E_MAIL.fullmatch(address):
                    return address
    return ""


def _language(pid: Segment, mapping: FeedMapping) -> str:
    """BCP 47; empty where the sender's word is not known."""
    for component in (1, 2):
        word = tidy(pid.value(15, component))
        if known := mapping.languages.get(word.casefold()):
            return known
        if LANGUAGE_TAG.fullmatch(word):
            return word.lower()
    return ""
