"""People of a site: who has which role, how they sign in, what they answer for; and a new one."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from patients.workflows.invite_person import invite_person, without_password
from patients.workflows.offer_password_link import offer_password_link
from surveillance.delivery.invitation import InvitationNotSent, send_invitation
from surveillance.web.access import SignedInRequest, choose_site, signed_in
from surveillance.web.people_forms import InviteForm
from surveillance.web.people_query import administered, roles_at, standing_of, without_role
from surveillance.web.people_view import person_rows, rows_without_role
from surveillance.web.refusals import accepted
from surveillance.workflows.errors import WorkflowRefused

NOT_SENT = gettext_noop(
    "The mail server did not take the message. The account is there: send the link again from the "
    "person’s page."
)


@require_safe
@signed_in
def people(request: SignedInRequest) -> HttpResponse:
    """Everybody with a role at the site, and accounts that have none anywhere."""
    sites = list(administered(request.user))
    site = choose_site(request, sites)
    held, idle = roles_at(site), without_role()
    known = standing_of([*(row.user for row in held), *idle], [site])
    context = {
        "site": site.name,
        "others": [(one.name, f"?site={one.slug}") for one in sites if one != site],
        "rows": person_rows(site, held, known),
        "idle": rows_without_role(idle, known, site),
    }
    return render(request, "surveillance/people.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def invite(request: SignedInRequest) -> HttpResponse:
    """A new colleague gets an account, a role and an e-mail with a link."""
    sites = list(administered(request.user))
    form = InviteForm(request.POST if request.method == "POST" else None, sites=sites)
    made: list[User] = []

    def act() -> None:
        said = form.cleaned_data
        names = ("username", "first_name", "last_name", "email")
        account = without_password(**{name: said[name] for name in names})
        site, role = form.chosen()
        now = timezone.now()
        made.append(invite_person(account=account, site=site, role=role, by=request.user, now=now))

    if form.is_valid() and accepted(form, act):
        send_password_link(request, made[0])
        return redirect("person", pk=made[0].pk)
    status = 422 if form.errors else 200
    return render(request, "surveillance/person_new.html", {"form": form}, status=status)


def send_password_link(request: SignedInRequest, user: User) -> None:
    """Send the link to choose a password, and say whether it left."""
    try:
        offer_password_link(user=user, by=request.user, now=timezone.now())
        send_invitation(user)
    except WorkflowRefused as refused:
        messages.error(request, refused.message)
    except InvitationNotSent:
        messages.error(request, _(NOT_SENT))
    else:
        said = _("The link to choose a password is on its way to {address}.")
        messages.success(request, said.format(address=user.email))
