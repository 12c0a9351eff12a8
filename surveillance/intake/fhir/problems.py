"""What is wrong with a resource, where exactly, and how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """FHIR issue-severity. Only ERROR and FATAL refuse a resource."""

    FATAL = "fatal"
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


class IssueType(StrEnum):
    """FHIR issue-type, as far as we use it."""

    STRUCTURE = "structure"
    REQUIRED = "required"
    VALUE = "value"
    INVARIANT = "invariant"
    CODE_INVALID = "code-invalid"
    NOT_SUPPORTED = "not-supported"
    NOT_FOUND = "not-found"
    DUPLICATE = "duplicate"
    BUSINESS_RULE = "business-rule"
    TOO_LONG = "too-long"
    INCOMPLETE = "incomplete"
    INFORMATIONAL = "informational"
    SECURITY = "security"
    FORBIDDEN = "forbidden"
    LOGIN = "login"
    CONFLICT = "conflict"
    PROCESSING = "processing"
    THROTTLED = "throttled"
    EXCEPTION = "exception"


REFUSING = frozenset({Severity.FATAL, Severity.ERROR})


@dataclass(frozen=True, slots=True)
class Problem:
    """`path` is a FHIRPath (`Bundle.entry[3].resource.code.coding[0]`). `words` say what is wrong
    and how to mend it, and never repeat a value: it may be a person's name. `code`
    is our own stable one, where there is one."""

    path: str
    type: IssueType
    words: str
    severity: Severity = Severity.ERROR
    code: str = ""


def refuses(problems: Iterable[Problem]) -> bool:
    """Whether any of them is more than a remark."""
    return any(problem.severity in REFUSING for problem in problems)


def note(path: str, words: str, kind: IssueType = IssueType.INFORMATIONAL) -> Problem:
    """A remark that refuses nothing."""
    return Problem(path, kind, words, Severity.INFORMATION)
