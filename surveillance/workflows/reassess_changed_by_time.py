"""Time alone has changed what is owed: a birthday, an override that expired, a pregnancy's end."""

from datetime import datetime
from typing import TYPE_CHECKING

from patients.models import Site
from surveillance.changed_by_time import changed_by_time
from surveillance.workflows.assess_lesions import assess_lesions

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CHUNK = 500


def reassess_changed_by_time(*, site: Site, by: "User | None" = None, now: datetime) -> int:
    """Decide again about the lesions of `site` for which time alone may change the answer.

    Each chunk is a transaction of its own. Returns how many lesions were looked at. A second run
    on the same day changes nothing.
    """
    lesions = changed_by_time(site, site.local_date(now))
    for start in range(0, len(lesions), CHUNK):
        chunk = lesions[start : start + CHUNK]
        assess_lesions(lesions=chunk, cause="time_passed", by=by, now=now)
    return len(lesions)
