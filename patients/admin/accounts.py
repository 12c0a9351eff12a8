"""Accounts: who can sign in. What they may do follows from their roles alone."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from patients.admin.access import ForgivingList, signed_in
from patients.models import Membership, Site
from patients.workflows.account_reach import is_within_reach
from patients.workflows.errors import WorkflowRefused
from patients.workflows.invite_person import refuse_taken_email
from patients.workflows.open_account import refuse_taken_name


def accounts_within_reach(request: HttpRequest) -> QuerySet[User]:
    """Accounts that this person may see: those of one's sites, and those without any role.

    A superuser sees all.
    """
    everybody = User.objects.all()
    if signed_in(request).is_superuser:
        return everybody
    mine = Site.objects.overseen_by(request.user)
    here = Membership.objects.filter(site__in=mine).values("user")
    anywhere = Membership.objects.values("user")
    return everybody.filter(is_superuser=False).filter(pk__in=here) | everybody.filter(
        is_superuser=False
    ).exclude(pk__in=anywhere)


if TYPE_CHECKING:
    BaseUserAdmin = UserAdmin[User]
    BaseChangeForm = UserChangeForm[User]
else:
    BaseUserAdmin = UserAdmin
    BaseChangeForm = UserChangeForm


class AccountForm(BaseChangeForm):
    """Nobody is given the user name or the address of somebody else."""

    def clean_username(self) -> str:
        """A name that was there before stays, whoever else has it."""
        name: str = self.cleaned_data["username"]
        if "username" in self.changed_data:
            _told(lambda: refuse_taken_name(name, except_for=self.instance))
        return name

    def clean_email(self) -> str:
        """The same of the address; many may have none."""
        email: str = self.cleaned_data["email"]
        if email and "email" in self.changed_data:
            _told(lambda: refuse_taken_email(email, except_for=self.instance))
        return email


def _told(refuse: Callable[[], None]) -> None:
    """What a workflow would refuse, as an error of the form."""
    try:
        refuse()
    except WorkflowRefused as refused:
        words = refused.message.removeprefix("username: ")
        raise ValidationError(words, code=refused.code) from refused


admin.site.unregister(Group)  # groups follow from the roles: manage.py sync_roles
admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(ForgivingList, BaseUserAdmin):
    """Name, address, password, and whether the person can sign in.

    No permission, group or superuser flag is given here, by anybody.
    """

    form = AccountForm
    list_display = ("username", "first_name", "last_name", "email", "is_active", "last_login")
    list_filter = ("is_active",)
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()
    actions: tuple[str, ...] | None = None
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Access"), {"fields": ("is_active", "last_login", "date_joined")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Accounts within reach."""
        return super().get_queryset(request).filter(pk__in=accounts_within_reach(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever also works where one is no administrator is changed by a superuser only.

        Otherwise a password set at one site would open the records of another.
        """
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or is_within_reach(user=obj, by=signed_in(request)))

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Accounts are switched off, never deleted: records bear their names."""
        return False
