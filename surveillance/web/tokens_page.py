"""My tokens: made, shown once, taken back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from patients.models import Site
from surveillance.models import PersonalToken
from surveillance.web.access import SignedInRequest, signed_in
from surveillance.web.refusals import accepted
from surveillance.web.token_forms import TokenForm
from surveillance.web.tokens_view import token_rows
from surveillance.workflows.make_personal_token import NewToken, make_personal_token
from surveillance.workflows.revoke_personal_token import revoke_personal_token


@require_http_methods(["GET", "POST"])
@signed_in
def my_tokens(request: SignedInRequest) -> HttpResponse:
    """One's tokens, and a form for a new one. The new one is in the answer to the form alone."""
    sites = list(Site.objects.for_user(request.user).order_by("name"))
    form = TokenForm(request.POST if request.method == "POST" else None, sites=sites)
    made: list[str] = []

    def act() -> None:
        said = form.cleaned_data
        wanted = NewToken(said["name"], said["scopes"], said["sites"], said["days"])
        made.append(make_personal_token(wanted=wanted, by=request.user, now=timezone.now())[1])

    if form.is_valid() and accepted(form, act):
        form = TokenForm(sites=sites)
    mine = token_rows(PersonalToken.objects.of(request.user), timezone.now())
    context = {"form": form, "rows": mine, "secret": made[0] if made else ""}
    status = 422 if form.errors else 200
    return render(request, "surveillance/tokens/mine.html", context, status=status)


@require_POST
@signed_in
def revoke_token(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """It counts no more, from now on."""
    token = get_object_or_404(PersonalToken.objects.of(request.user), pk=pk)
    revoke_personal_token(token=token, by=request.user, now=timezone.now())
    messages.success(request, _("The token counts no more."))
    return redirect("tokens")
