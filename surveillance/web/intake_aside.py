"""All that waits of one system for one reason is set aside, with one reason."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from surveillance.models import IntakeItem
from surveillance.roles import Permission, sites_where
from surveillance.web.access import SignedInRequest, choose_site, signed_in
from surveillance.web.intake_forms import AsideForm
from surveillance.web.intake_waiting import Chosen
from surveillance.web.wording import count_words
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.set_item_aside import set_item_aside

MOST = 500
"""At once: each is noted for itself in the audit trail."""


@require_POST
@signed_in
def intake_aside(request: SignedInRequest) -> HttpResponse:
    """Set the group of the address aside; what more there is waits for the next time."""
    site = choose_site(request, list(sites_where(request.user, Permission.MEND_INTAKE)))
    chosen, form = Chosen.of(request.GET), AsideForm(request.POST)
    back = redirect(f"{reverse('intake_inbox')}?{chosen.query(site)}")
    if not chosen.is_any or not form.is_valid():
        messages.error(request, _("Nothing was set aside: choose a group and say why."))
        return back
    waiting = chosen.among(IntakeItem.objects.waiting().filter(site=site))
    done = sum(_set_aside(request, item, form.cleaned_data["reason"]) for item in waiting[:MOST])
    messages.success(request, _("Set aside: {parts}.").format(parts=count_words(done, "part")))
    return back


def _set_aside(request: SignedInRequest, item: IntakeItem, reason: str) -> bool:
    try:
        set_item_aside(item=item, reason=reason, by=request.user, now=timezone.now())
    except WorkflowRefused:
        return False  # somebody else was quicker
    return True
