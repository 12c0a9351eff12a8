"""A version of a text is sent from now on."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from patients.audit import actor_id
from patients.models import AuditEvent
from surveillance.delivery.built_in import Words
from surveillance.models import MessageTemplateUse, MessageTemplateVersion
from surveillance.workflows.administrators_only import administrators_only
from surveillance.workflows.choose_template_words import choose_template_words
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.preview_message_template import PREVIEWED
from surveillance.workflows.refuse_faulty_text import refuse_faulty_text

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NotPreviewed(WorkflowRefused):
    """This person has not seen the version with a patient's data."""

    code = "not_previewed"


def put_template_in_use(
    *, version: MessageTemplateVersion, by: "User", now: datetime
) -> MessageTemplateUse:
    """Send this version from now on; an earlier one may be put in use again. Twice is once.

    Refused: by anybody but an administrator of the site; by somebody who has not previewed this
    very version; a version that today's rules would not let through any more.
    """
    administrators_only(by=by, site=version.site)
    seen = AuditEvent.objects.filter(
        subject_type=version._meta.model_name,
        subject_id=str(version.pk),
        action=PREVIEWED,
        actor=actor_id(by),
    )
    if not seen.exists():
        raise NotPreviewed(_("Preview this version with a patient's data first; then use it."))
    words = Words(version.subject, version.body)
    refuse_faulty_text(site=version.site, kind=version.kind, words=words)
    use = choose_template_words(
        site=version.site, kind=version.kind, version=version, by=by, now=now
    )
    assert use is not None  # only the built-in words can be in use without a row
    return use
