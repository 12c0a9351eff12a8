"""Why a launch ended, in words for whoever sits in front of it."""

from typing import ClassVar

from django.utils.translation import gettext as _


class LaunchFailed(Exception):
    """A launch ends here; `words` (to be translated) say why, and what to do. Names no patient."""

    code: ClassVar[str] = "launch_failed"
    words: ClassVar[str] = ""
    status: ClassVar[int] = 403

    def __str__(self) -> str:
        return _(self.words)
