"""The forms of tokens and of connected systems."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from oauth2_provider.scopes import get_scopes_backend

from patients.models import Role, Site
from surveillance.web.typed_form import TypedForm

SHORT, QUARTER, YEAR = 30, 90, 365


class TokenForm(TypedForm):
    """A token of one's own: what for, where, how long."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("What it is for, so that you know it again."),
        error_messages={"required": _("Enter a name")},
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may be used for"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what the token may be used for")},
    )
    sites = forms.MultipleChoiceField(
        label=_("Only at these sites"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: at every site where you have a role."),
    )
    days = forms.TypedChoiceField(
        label=_("How long it counts"),
        coerce=int,
        error_messages={"required": _("Choose how long it counts")},
    )

    def __init__(self, *args: Any, sites: list[Site], **kw: Any) -> None:
        super().__init__(*args, **kw)
        uses = get_scopes_backend().get_all_scopes()
        spans = {SHORT: gettext("30 days"), QUARTER: gettext("90 days"), YEAR: gettext("A year")}
        self._offer("scopes", [(code, gettext(words)) for code, words in uses.items()])
        self._offer("sites", [(site.slug, site.name) for site in sites])
        self._offer("days", [(str(days), words) for days, words in spans.items()])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


class SystemForm(TypedForm):
    """Another system: its name, its role, its sites."""

    name = forms.CharField(
        label=_("Name of the system"),
        max_length=80,
        help_text=_("For example: interface engine, data warehouse."),
        error_messages={"required": _("Enter a name")},
    )
    role = forms.ChoiceField(
        label=_("Role"),
        help_text=_(
            "What its account may do at each of the sites; “Integration” records and reads."
        ),
        error_messages={"required": _("Choose the role")},
    )
    sites = forms.MultipleChoiceField(
        label=_("Sites"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one site")},
    )

    def __init__(self, *args: Any, sites: list[Site], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.by_slug = {site.slug: site for site in sites}
        roles = [Role.INTEGRATION, *(role for role in Role if role != Role.INTEGRATION)]
        offered = [(role.value, gettext(str(role.label))) for role in roles]
        self.fields["role"].choices = offered  # type: ignore[attr-defined]
        self.fields["sites"].choices = [  # type: ignore[attr-defined]
            (site.slug, site.name) for site in sites
        ]

    def chosen(self) -> list[Site]:
        """The sites of a form that is valid."""
        return [self.by_slug[slug] for slug in self.cleaned_data["sites"]]
