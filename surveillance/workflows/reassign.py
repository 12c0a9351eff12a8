"""Another person answers for a follow-up from now on."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.models import Membership
from surveillance.models import FollowUp
from surveillance.ownership import ACCOUNTABLE
from surveillance.workflows.change_follow_up import change_follow_up
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class OwnerNotInPost(WorkflowRefused):
    """The new owner holds no role at this site in which one can answer for a follow-up."""

    code = "owner_not_in_post"


@transaction.atomic
def reassign(
    *,
    follow_up: FollowUp,
    owner: "User",
    reason: str = "",
    expected_version: int | None = None,
    by: "User | None",
    now: datetime,
) -> FollowUp:
    """Make `owner` answer for `follow_up`.

    The same owner again changes nothing. Refused: somebody without a current role at the site in
    which one can answer for a follow-up; closed or changed meanwhile.
    """
    roles = Membership.objects.current().of(owner)
    if not roles.filter(site=follow_up.site_id, role__in=ACCOUNTABLE).exists():
        raise OwnerNotInPost(
            _(
                "This person is not a navigator, clinician or medical director of the site. Choose "
                "somebody who is."
            ),
            field="owner",
        )
    change_follow_up(
        follow_up=follow_up,
        action="follow_up_reassigned",
        fields={"owner_id": owner.pk},
        detail={"owner": f"user:{owner.pk}", "has_reason": bool(reason)},
        expected_version=expected_version,
        by=by,
        now=now,
    )
    return follow_up
