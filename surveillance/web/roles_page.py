"""Who may do what: the table of roles, for everybody who is signed in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from patients.models import Membership
from surveillance.role_words import role_columns, role_rows
from surveillance.web.access import SignedInRequest, signed_in


@require_safe
@signed_in
def roles_page(request: SignedInRequest) -> HttpResponse:
    """Every permission by every role, in words; one's own roles are marked."""
    held = Membership.objects.current().of(request.user).values_list("role", flat=True)
    context = {"columns": role_columns(frozenset(held)), "rows": role_rows()}
    return render(request, "surveillance/roles.html", context)
