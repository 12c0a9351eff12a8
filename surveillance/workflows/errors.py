"""The family of refusals, for everyone above. Each refusal stands in the file that raises it."""

from patients.workflows.errors import WorkflowRefused

__all__ = ["WorkflowRefused"]
