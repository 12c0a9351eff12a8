"""The family of refusals. Each refusal is defined in the file that raises it."""

from typing import ClassVar


class WorkflowRefused(Exception):
    """A workflow declined to act, and nothing was changed.

    `code` is stable, for programs; the message is for people and says what, where and how to
    mend it. `details` carries ids, field names and values that a door may show beside a field.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
