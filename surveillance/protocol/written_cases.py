"""Written cases are answered: JSON in, JSON out, one answer for each case."""

from surveillance.protocol.case_json import (
    CaseRefused,
    case_id,
    ignored_fields,
    read_case,
    read_line,
)
from surveillance.protocol.decision_json import decision_json
from surveillance.protocol.recommend import recommend


def answer_to(line: bytes) -> dict[str, object]:
    """The decision on one written case, or its id and what is wrong with it."""
    try:
        written = read_line(line.decode("utf-8"))
    except UnicodeDecodeError:
        return {"id": None, "error": "line: this is not UTF-8 text."}
    except CaseRefused as refusal:
        return {"id": None, "error": str(refusal)}
    return answer_to_read(written)


def answer_to_read(written: object) -> dict[str, object]:
    """The same for a case of which the JSON was read already (`read_line`)."""
    try:
        case = read_case(written)
    except CaseRefused as refusal:
        return {"id": case_id(written), "error": str(refusal)}
    answer = decision_json(case, recommend(case))
    ignored = ignored_fields(written)
    return answer | {"ignored_fields": list(ignored)} if ignored else answer
