"""Only what waits can be mended, once."""

from django.utils.translation import gettext as _

from surveillance.models import IntakeItem, ItemStatus
from surveillance.workflows.errors import WorkflowRefused


class ItemDoesNotWait(WorkflowRefused):
    """It was taken in, replaced or set aside meanwhile, or it was never understood."""

    code = "item_does_not_wait"


def refuse_unless_waiting(*, item: IntakeItem) -> None:
    """Refuse what nobody has to look at any more."""
    if item.status != ItemStatus.WAITING:
        raise ItemDoesNotWait(
            _("This does not wait any more. Reload the page to see what became of it.")
        )
