"""One lesion is decided about."""

from datetime import datetime
from typing import TYPE_CHECKING

from surveillance.models import Lesion, LesionAssessment
from surveillance.workflows.assess_lesions import assess_lesions

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def assess_lesion(
    *, lesion: Lesion, cause: str, by: "User | None", now: datetime
) -> LesionAssessment:
    """Decide about `lesion` from all that is known today; see `assess_lesions`."""
    [assessment] = assess_lesions(lesions=[lesion], cause=cause, by=by, now=now)
    return assessment
