"""Back to the built-in words."""

from datetime import datetime
from typing import TYPE_CHECKING

from patients.models import Site
from surveillance.models import MessageTemplateUse, TextKind
from surveillance.workflows.administrators_only import administrators_only
from surveillance.workflows.choose_template_words import choose_template_words

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def withdraw_message_template(
    *, site: Site, kind: TextKind, by: "User", now: datetime
) -> MessageTemplateUse | None:
    """Send the built-in words of this text from now on; its versions stay on record.

    Nothing changes when they are in use already. Refused: by anybody but an administrator of the
    site.
    """
    administrators_only(by=by, site=site)
    return choose_template_words(site=site, kind=kind, version=None, by=by, now=now)
