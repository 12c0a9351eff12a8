"""Note the order of one follow-up, and take it off the record again."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from surveillance.roles import Permission
from surveillance.web.access import SignedInRequest, signed_in
from surveillance.web.action_page import Action
from surveillance.web.follow_up_actions import finish, others_to_arrange, visit
from surveillance.web.forms import CancelOrderForm, OrderForm
from surveillance.workflows.cancel_order import cancel_order
from surveillance.workflows.record_order import record_order

ORDER = Action(
    gettext_noop("Record the order"),
    gettext_noop("Save order"),
    gettext_noop(
        "The order is no longer chased, the booking is. What is owed, and by when, stays."
    ),
)
CANCELLED = Action(
    gettext_noop("The order was cancelled"),
    gettext_noop("Record cancellation"),
    gettext_noop(
        "It was withdrawn, refused or lost. From today on a new one is chased. An appointment "
        "stays."
    ),
    is_warning=True,
)


@require_http_methods(["GET", "POST"])
@signed_in
def order(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Note the order, for this and other follow-ups of the patient."""
    here = visit(request, pk, Permission.BOOK)
    row = here.follow_up
    others = others_to_arrange(row)
    form = OrderForm(others=others, **here.data)
    form.initial["order_number"] = row.order_number
    form.initial["ordered_on"] = row.ordered_on or row.site.local_date(here.now)

    def act() -> None:
        said = form.cleaned_data
        named = set(said.get("also", []))
        record_order(
            follow_up=row,
            order_number=said["order_number"],
            ordered_on=said["ordered_on"],
            also=[one for one in others if one.pk in named],
            expected_version=said["version"],
            by=request.user,
            now=here.now,
        )

    return finish(here, ORDER, form, act, _("The order is noted."))


@require_http_methods(["GET", "POST"])
@signed_in
def withdraw_order(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The order does not stand any more; say why."""
    here = visit(request, pk, Permission.BOOK)
    form = CancelOrderForm(**here.data)

    def act() -> None:
        cancel_order(
            follow_up=here.follow_up,
            reason=form.cleaned_data["reason"],
            expected_version=form.cleaned_data["version"],
            by=request.user,
            now=here.now,
        )

    return finish(here, CANCELLED, form, act, _("The order is cancelled. A new one is chased."))
