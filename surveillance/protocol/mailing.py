"""A print run of letters: which sheet is whose, and which are looked at before posting."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Final

from surveillance.protocol.parameters.letters import LETTER_SAMPLE, LETTER_TRAVEL_DAYS

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O or U, so that a code can be read from paper without guessing."""
CODE_LENGTH: Final = 8
_MISREAD: Final = str.maketrans({"I": "1", "L": "1", "O": "0", " ": None, "-": None})


@dataclass(frozen=True, slots=True)
class LetterContent:
    """All that is printed of one letter. `batch` and `sequence` make two equal letters differ."""

    batch: str
    sequence: int
    recipient: str
    address: str
    language: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A sheet that is not the one the manifest names. `found`: whose it is; None: nobody's."""

    sequence: int
    typed: str
    found: int | None


def digest_of(content: LetterContent) -> str:
    """SHA-256 of a letter's content, 64 hexadecimal digits."""
    text = json.dumps(asdict(content), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def code_of(digest: str) -> str:
    """The short code printed on the sheet: the digest's first 40 bits, as 'ABCD-EFGH'."""
    number = int(digest[:10], 16)
    digits = "".join(ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))
    return f"{digits[:4]}-{digits[4:]}"


def read_code(typed: str) -> str:
    """A code as somebody typed or scanned it, in the form in which it is printed."""
    digits = typed.upper().translate(_MISREAD)
    return f"{digits[:4]}-{digits[4:]}" if len(digits) > 4 else digits


def sample_of(letters: int, digest: str, others: int = LETTER_SAMPLE.value) -> tuple[int, ...]:
    """The sequence numbers looked at: first, last and `others` that follow from the run's digest.

    The same for the same run, so that a check can be repeated; not to be foreseen for another.
    """
    if letters < 1:
        return ()
    middle = sorted(range(2, letters), key=lambda number: _lot(digest, number))[:others]
    return tuple(sorted({1, letters, *middle}))


def _lot(digest: str, number: int) -> str:
    return hashlib.sha256(f"{digest}:{number}".encode()).hexdigest()


def differences(codes: Mapping[int, str], typed: Mapping[int, str]) -> tuple[Difference, ...]:
    """Sheets whose code is not that of the manifest (`codes` by sequence number), in order."""
    owner = {code: sequence for sequence, code in codes.items()}
    read = {sequence: read_code(text) for sequence, text in typed.items()}
    return tuple(
        Difference(sequence, code, owner.get(code))
        for sequence, code in sorted(read.items())
        if codes.get(sequence) != code
    )


def missing_from(sample: Sequence[int], typed: Mapping[int, str]) -> tuple[int, ...]:
    """Sheets of the sample that nobody looked at."""
    return tuple(number for number in sample if not typed.get(number, "").strip())


def arrives_in_time(queued_on: date, needed_by: date) -> bool:
    """Whether a letter queued on that day is in the patient's hands before it is needed."""
    return queued_on + timedelta(days=LETTER_TRAVEL_DAYS.value) <= needed_by


def is_paper_in_time(booked_for: date | None, latest_on: date, today: date) -> bool:
    """Whether a letter queued today comes before the appointment; before the last day where none
    lies ahead."""
    is_ahead = booked_for is not None and today <= booked_for <= latest_on
    return arrives_in_time(today, booked_for if is_ahead and booked_for else latest_on)
