"""What the sender is told became of each entry."""

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from surveillance.intake.fhir.outcome import outcome
from surveillance.intake.fhir.problems import IssueType, Problem, Severity
from surveillance.intake.fhir.reading import ReadBundle, ReadEntry
from surveillance.models import IntakeItem, ItemStatus

STATUSES: Final = {
    ItemStatus.APPLIED: HTTPStatus.CREATED,
    ItemStatus.NOTHING_NEW: HTTPStatus.OK,
    ItemStatus.NOT_FOLLOWED: HTTPStatus.ACCEPTED,
    ItemStatus.RECEIVED: HTTPStatus.ACCEPTED,
    ItemStatus.WAITING: HTTPStatus.ACCEPTED,
    ItemStatus.SET_ASIDE: HTTPStatus.ACCEPTED,
}
RESPONSES: Final = {"transaction": "transaction-response", "batch": "batch-response"}
KEPT: Final = "Kept; it is taken in shortly."
WAITS: Final = "Kept, and waits for a person here. {words}"


class Became:
    """One entry and its parts as they are on file now."""

    def __init__(self, entry: ReadEntry, items: Sequence[IntakeItem]) -> None:
        self.entry = entry
        self.items = items

    @property
    def status(self) -> HTTPStatus:
        """201 taken in, 200 nothing to do, 202 kept for later or for a person, 400 refused."""
        if self.entry.is_refused:
            return HTTPStatus.BAD_REQUEST
        found = [STATUSES[ItemStatus(item.status)] for item in self.items]
        status = max(found, default=HTTPStatus.OK)
        is_update = self.entry.request.method == "PUT" and status == HTTPStatus.CREATED
        return HTTPStatus.OK if is_update else status

    @property
    def location(self) -> str:
        """Where the record can be read, if there is one."""
        for item in self.items:
            if self.entry.type == "Patient" and item.patient_id:
                return f"Patient/{item.patient_id}"
            if self.entry.type == "DiagnosticReport" and item.exam_id:
                return f"DiagnosticReport/{item.exam_id}"
        return ""

    def problems(self) -> list[Problem]:
        """What was said of it when it was read, then what became of its parts."""
        told = {problem.path for problem in self.entry.problems}
        news = [_news(item, self.entry.path) for item in self.items if item.where not in told]
        waiting = {item.where for item in self.items if item.status == ItemStatus.WAITING}
        return [*(_with_wait(one, waiting) for one in self.entry.problems), *news]

    def as_response(self, representation: bool) -> dict[str, Any]:
        """`Bundle.entry` of a transaction-response or batch-response."""
        status = self.status
        response: dict[str, Any] = {
            "status": f"{status.value} {status.phrase}",
            "outcome": outcome(self.problems()),
        }
        if self.location:
            response["location"] = self.location
        shown = {"resource": self.entry.resource} if representation else {}
        return {**shown, "response": response}


def _with_wait(problem: Problem, waiting: set[str]) -> Problem:
    """What was not understood waits, once it is kept: of a message that is refused nothing does."""
    if problem.path not in waiting:
        return problem
    return replace(problem, words=WAITS.format(words=problem.words))


def _news(item: IntakeItem, path: str) -> Problem:
    waits = item.status == ItemStatus.WAITING
    return Problem(
        item.where or path,
        IssueType.INCOMPLETE if waits else IssueType.INFORMATIONAL,
        item.reason or KEPT,
        Severity.WARNING if waits else Severity.INFORMATION,
        code=item.code or item.status.lower(),
    )


def what_became(read: ReadBundle, items: Sequence[IntakeItem]) -> list[Became]:
    """Each entry with its own parts. `items` are those of the whole message by position; where
    they are of an earlier reading of the same bytes under another mapping, they are of no entry.
    """
    left = list(items) if len(items) == len(read.parts) else []
    found = []
    for entry in read.entries:
        own = () if entry.is_refused else entry.parts
        found.append(Became(entry, left[: len(own)]))
        left = left[len(own) :]
    return found


def bundle_response(kind: str, became: Sequence[Became], representation: bool) -> dict[str, Any]:
    """The answer to a transaction or a batch."""
    return {
        "resourceType": "Bundle",
        "type": RESPONSES[kind],
        "entry": [one.as_response(representation) for one in became],
    }
