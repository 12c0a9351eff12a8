"""The forms of people: who is new, and which role somebody gets."""

from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator

from patients.models import Role, Site
from surveillance.web.typed_form import TypedForm

PEOPLE_ROLES = [(role.value, role.label) for role in Role if role != Role.INTEGRATION]
"""An integration is a program: it gets its role on the command line."""


class RoleForm(TypedForm):
    """A role at a site."""

    site = forms.ChoiceField(label="Site", error_messages={"required": "Choose the site"})
    role = forms.ChoiceField(
        label="Role",
        choices=[("", "Choose a role"), *PEOPLE_ROLES],
        error_messages={"required": "Choose the role"},
    )

    def __init__(self, *args: Any, sites: list[Site], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.by_slug = {site.slug: site for site in sites}
        choices = [(site.slug, site.name) for site in sites]
        self.fields["site"].choices = choices  # type: ignore[attr-defined]

    def chosen(self) -> tuple[Site, str]:
        """The site and the role of a form that is valid."""
        return self.by_slug[self.cleaned_data["site"]], self.cleaned_data["role"]


class InviteForm(RoleForm):
    """A new colleague: a name, an address, a first role. They choose the password themselves."""

    first_name = forms.CharField(
        label="First name",
        max_length=150,
        error_messages={"required": "Enter the first name"},
    )
    last_name = forms.CharField(
        label="Last name", max_length=150, error_messages={"required": "Enter the last name"}
    )
    username = forms.CharField(
        label="User name",
        help_text="What they type to sign in. Letters, digits and @ . + - _",
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
        error_messages={"required": "Enter the user name"},
    )
    email = forms.EmailField(
        label="E-mail at work",
        help_text="The link to choose a password goes there and works for three days.",
        error_messages={"required": "Enter the e-mail address"},
    )
    field_order = ("first_name", "last_name", "username", "email", "site", "role")
