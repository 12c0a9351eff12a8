"""The forms of people: who is new, and which role somebody gets."""

from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from patients.models import Role, Site
from surveillance.web.typed_form import TypedForm

PEOPLE_ROLES = [role for role in Role if role != Role.INTEGRATION]
"""An integration is a program: it gets its role on the command line."""


class RoleForm(TypedForm):
    """A role at a site."""

    site = forms.ChoiceField(label=_("Site"), error_messages={"required": _("Choose the site")})
    role = forms.ChoiceField(label=_("Role"), error_messages={"required": _("Choose the role")})

    def __init__(self, *args: Any, sites: list[Site], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.by_slug = {site.slug: site for site in sites}
        roles = [(role.value, gettext(str(role.label))) for role in PEOPLE_ROLES]
        self._offer("site", [(site.slug, site.name) for site in sites])
        self._offer("role", [("", gettext("Choose a role")), *roles])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def chosen(self) -> tuple[Site, str]:
        """The site and the role of a form that is valid."""
        return self.by_slug[self.cleaned_data["site"]], self.cleaned_data["role"]


class InviteForm(RoleForm):
    """A new colleague: a name, an address, a first role. They choose the password themselves."""

    first_name = forms.CharField(
        label=_("First name"),
        max_length=150,
        error_messages={"required": _("Enter the first name")},
    )
    last_name = forms.CharField(
        label=_("Last name"), max_length=150, error_messages={"required": _("Enter the last name")}
    )
    username = forms.CharField(
        label=_("User name"),
        help_text=_("What they type to sign in. Letters, digits and @ . + - _"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
        error_messages={"required": _("Enter the user name")},
    )
    email = forms.EmailField(
        label=_("E-mail at work"),
        help_text=_("The link to choose a password goes there and works for three days."),
        error_messages={"required": _("Enter the e-mail address")},
    )
    field_order = ("first_name", "last_name", "username", "email", "site", "role")
