"""What is wrong with a message, said so that its sender or a person here can mend it.

No sentence repeats what a message says about anybody: problems go into answers and logs.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from surveillance.protocol.unseen_signs import has_unseen

LONGEST_SHOWN: Final = 4


class AckCode(StrEnum):
    """MSA-1. AA: kept. AE: understood, but refused; the problems say why. AR: not HL7 v2."""

    AA = "AA"
    AE = "AE"
    AR = "AR"


class Severity(StrEnum):
    """ERR-4. WARNING: kept, and a person here must look at it. INFORMATION: nothing to mend."""

    ERROR = "E"
    WARNING = "W"
    INFORMATION = "I"


class Fault(IntEnum):
    """HL7 table 0357, as far as we use it."""

    SEQUENCE = 100
    REQUIRED_FIELD_MISSING = 101
    DATA_TYPE = 102
    NOT_IN_TABLE = 103
    UNSUPPORTED_TYPE = 200
    UNSUPPORTED_EVENT = 201
    UNSUPPORTED_PROCESSING = 202
    UNSUPPORTED_VERSION = 203
    UNKNOWN_KEY = 204


FAULTS: Final = {
    "continued": Fault.SEQUENCE, "missing_segment": Fault.SEQUENCE, "loose_line": Fault.SEQUENCE,
    "two_messages": Fault.SEQUENCE, "too_many_segments": Fault.SEQUENCE,
    "not_used": Fault.UNSUPPORTED_TYPE, "nothing_used": Fault.UNSUPPORTED_EVENT,
    "not_production": Fault.UNSUPPORTED_PROCESSING,
    "unknown_version": Fault.UNSUPPORTED_VERSION, "unknown_feed": Fault.UNKNOWN_KEY,
    "merged_with_itself": Fault.UNKNOWN_KEY, "which_mrn": Fault.UNKNOWN_KEY,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """`code` is stable, `where` the place (`OBR-4.1`), `text` goes on from there: what is wrong,
    and how to mend it."""

    code: str
    where: str
    text: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.where} {self.text}" if self.where else self.text

    @property
    def fault(self) -> Fault:
        """The nearest number of HL7."""
        if self.code.startswith("no_"):
            return FAULTS.get(self.code, Fault.REQUIRED_FIELD_MISSING)
        of_table = Fault.NOT_IN_TABLE if self.code.startswith("unknown_") else Fault.DATA_TYPE
        return FAULTS.get(self.code, of_table)


class Untranslatable(Exception):
    """A part of a message that cannot be said in our terms; carries the problem."""

    def __init__(self, code: str, where: str, text: str) -> None:
        super().__init__(code)
        self.problem = Problem(code, where, text, Severity.WARNING)


def shown(value: str) -> str:
    """A code of a few letters as it came; anything longer may be somebody's name."""
    return value if len(value) <= LONGEST_SHOWN and value.isalnum() else "another word"


def tidy(value: str) -> str:
    """One line without signs that nobody sees."""
    if not value.isprintable():
        value = "".join(sign for sign in value if sign.isspace() or not has_unseen(sign))
    return " ".join(value.split())


def within(value: str, most: int, where: str) -> str:
    """The value, if it is no longer than we can keep. Raises Untranslatable."""
    if len(value) <= most:
        return value
    raise Untranslatable(
        "too_long",
        where,
        f"has {len(value)} characters, more than the {most} that are kept. Look whether the "
        "mapping names the right place.",
    )
