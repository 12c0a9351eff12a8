"""Somebody is back before the day they gave, or does not go at all."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.history import save_with_history
from patients.models import Absence, Site
from surveillance.roles import Permission, may
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NotYoursToEnd(WorkflowRefused):
    """Leave is ended by the person, a lead navigator, a director or an administrator."""

    code = "not_yours_to_end"


class AbsenceIsOver(WorkflowRefused):
    """The last day has passed: there is nothing left to end."""

    code = "absence_is_over"


@transaction.atomic
def end_absence(*, absence: Absence, by: "User | None", now: datetime) -> Absence:
    """From today on (the site's day) the person answers again; before its first day: never away.

    Ending twice changes nothing. Refused: by somebody who may not; an absence that is over.
    """
    Site.objects.select_for_update().get(pk=absence.site_id)  # nobody plans on it meanwhile
    row = Absence.objects.select_related("site").get(pk=absence.pk)
    if by is not None and by.pk != row.user_id and not may(by, Permission.PLAN_ABSENCE, row.site):
        raise NotYoursToEnd(
            _(
                "Leave is ended by the person, a lead navigator, a medical director or an "
                "administrator of the site. Ask one of them."
            )
        )
    if row.ended_on is not None:
        return row
    today = row.site.local_date(now)
    if row.last_on < today:
        raise AbsenceIsOver(_("This absence ended on {day} by itself.").format(day=row.last_on))
    row.ended_on = today
    save_with_history(row, reason="absence_ended", by=by, now=now, fields=["ended_on"])
    detail = {"user": f"user:{row.user_id}", "ended_on": today.isoformat()}
    record_event("absence_ended", site=row.site, subject=row, by=by, now=now, detail=detail)
    return row
