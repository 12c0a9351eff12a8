"""An escalation that ended is answered no more: its pages lead to the case, which says how."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from surveillance.models import Escalation
from surveillance.web.access import SignedInRequest


def is_late(request: SignedInRequest, row: Escalation) -> bool:
    """Whether somebody opens the page of an answer that can be given no more."""
    return request.method == "GET" and row.resolved_at is not None


def to_the_case(request: SignedInRequest, row: Escalation) -> HttpResponse:
    """The escalation's own page instead of a form that could not be saved."""
    messages.info(
        request, _("This escalation has ended: it needs no answer any more. Here is the case.")
    )
    return redirect("escalation", pk=row.pk)


def ended_words(row: Escalation) -> str:
    """Why nothing was saved, and the way to the case; empty while the escalation is open."""
    if Escalation.objects.unresolved().filter(pk=row.pk).exists():
        return ""
    return format_html(
        _(
            "This escalation has ended: nothing was saved, and what you typed is still here. "
            '<a href="{url}">See the case and how it ended</a>'
        ),
        url=reverse("escalation", args=[row.pk]),
    )


def say_if_ended(form: Form, row: Escalation) -> None:
    """Above whatever else is to be mended, for mending it would not help."""
    if form.is_bound and not form.non_field_errors() and (words := ended_words(row)):
        form.add_error(None, words)
