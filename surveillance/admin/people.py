"""Roles end and accounts are switched off here: what the person answers for is handed over."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.admin.access import signed_in
from patients.admin.accounts import AccountAdmin, AccountForm
from patients.admin.reference_data import MembershipAdmin, administered
from patients.models import Membership
from patients.workflows.remove_identities import remove_identities
from patients.workflows.save_account import save_account
from surveillance.typed_text import seen_line
from surveillance.workflows.deactivate_account import deactivate_account
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.leave_role import leave_role

admin.site.unregister(Membership)
admin.site.unregister(User)


@admin.register(Membership)
class RoleAdmin(MembershipAdmin):
    """Roles of one's own sites, with the action that ends them."""

    actions = ("end_selected_roles",)

    @admin.action(description=_("End the selected roles today"), permissions=["add"])
    def end_selected_roles(self, request: HttpRequest, rows: QuerySet[Membership]) -> None:
        """Call the workflow for each role at a site that this person administers."""
        now = timezone.now()
        for membership in rows.filter(site__in=administered(request)):
            try:
                leave_role(membership=membership, by=signed_in(request), now=now)
            except WorkflowRefused as refused:
                self.message_user(request, refused.message, messages.ERROR)


class StaffForm(AccountForm):
    """Names stand on pages and in messages: no sign in them that nobody sees."""

    def clean_first_name(self) -> str:
        """As typed."""
        return self._seen("first_name")

    def clean_last_name(self) -> str:
        """As typed."""
        return self._seen("last_name")

    def _seen(self, field: str) -> str:
        name: str = self.cleaned_data[field]
        seen_line(name)
        return name


@admin.register(User)
class StaffAccountAdmin(AccountAdmin):
    """Accounts; one that answers for open work is not switched off before it is handed over."""

    form = StaffForm
    actions = ("remove_links",)

    @admin.action(
        description=_("Remove the links to EHRs and single sign-on"), permissions=["change"]
    )
    def remove_links(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        """Call the workflow for each account within reach."""
        for user in rows:
            try:
                remove_identities(user=user, by=signed_in(request), now=timezone.now())
            except WorkflowRefused as refused:
                self.message_user(request, refused.message, messages.ERROR)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Hand over first; if that is refused, everything else is saved and the account stays
        switched on."""
        now = timezone.now()
        if change and "is_active" in form.changed_data and not obj.is_active:
            try:
                deactivate_account(user=obj, by=signed_in(request), now=now)
            except WorkflowRefused as refused:
                obj.is_active = True
                self.message_user(request, refused.message, messages.ERROR)
        save_account(user=obj, by=signed_in(request), now=now)
