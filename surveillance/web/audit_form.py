"""What the audit pages are asked. A patient's number is sent by POST and never stands in an
address; what follows from it does, as an id."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.models import Membership, Patient, Site
from surveillance.roles import Permission, sites_where
from surveillance.timeline import end_of_day
from surveillance.web.access import SignedInRequest, choose_site
from surveillance.web.audit_words import ACTIONS, action_words
from surveillance.web.period_form import PeriodForm
from surveillance.web.typed_form import TypedForm
from surveillance.web.wording import name_of_patient, name_of_user

A_MONTH = timedelta(days=30)
A_DAY = timedelta(days=1)


class AuditForm(PeriodForm):
    """Who, what and when; every field may be left empty but the days."""

    person = forms.ChoiceField(label=gettext_lazy("Person"), required=False)

    field_order: tuple[str, ...] = ("site", "person", "first_on", "last_on")

    def __init__(self, *args: Any, people: list[User], **kw: Any) -> None:
        super().__init__(*args, **kw)
        named = sorted((name_of_user(one), str(one.pk)) for one in people)
        anybody, system = ("", _("Anybody")), ("system", _("The system"))
        self.offer("person", [anybody, *((pk, name) for name, pk in named), system])


class SearchForm(AuditForm):
    """The search asks for the deed as well."""

    action = forms.ChoiceField(label=gettext_lazy("What was done"), required=False)

    field_order = ("site", "person", "action", "first_on", "last_on")

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        words = sorted((action_words(action), action) for action in ACTIONS)
        self.offer("action", [("", _("Anything")), *((code, text) for text, code in words)])


class MrnForm(TypedForm):
    """One patient, by number."""

    mrn = forms.CharField(
        label=gettext_lazy("MRN of a patient"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Enter the MRN")},
    )


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """A question to the trail of one site, read from an address."""

    site: Site
    sites: list[Site]
    form: AuditForm
    patient: Patient | None
    person: str
    action: str
    first_on: date
    last_on: date

    @property
    def since(self) -> datetime:
        """The first moment of the period, at the site."""
        return end_of_day(self.first_on - A_DAY, self.site)

    @property
    def until(self) -> datetime:
        """The first moment after the period."""
        return end_of_day(self.last_on, self.site)

    @property
    def patient_words(self) -> str:
        """Whose record is asked about; empty for everybody's."""
        return patient_words(self.patient) if self.patient else ""

    def query(self, **more: object) -> str:
        """The same question as a query string; what is given here replaces it, None leaves out."""
        said: dict[str, object | None] = {
            "site": self.site.slug,
            "patient": self.patient.pk if self.patient else None,
            "person": self.person or None,
            "action": self.action or None,
            "first_on": self.first_on,
            "last_on": self.last_on,
        }
        return urlencode({k: v for k, v in (said | more).items() if v is not None})


def read_question(request: SignedInRequest, kind: type[AuditForm]) -> AuditQuestion:
    """The last month, unless the address says otherwise. 403 without the permission anywhere."""
    sites = sites_of_auditor(request.user)
    site = choose_site(request, sites)
    today = site.local_date(timezone.now())
    said: dict[str, Any] = {"site": site.slug, "first_on": today - A_MONTH, "last_on": today}
    form = kind(said | _given(request), sites=sites, people=people_of(site))
    is_valid = form.is_valid()
    read = form.cleaned_data if is_valid else said
    person = str(read.get("person") or "")
    return AuditQuestion(
        site=site,
        sites=sites,
        form=form,
        patient=_patient(request, site),
        person=person,
        action=str(read.get("action") or ""),
        first_on=read["first_on"],
        last_on=read["last_on"],
    )


def patient_words(patient: Patient) -> str:
    """'Okafor, Ada, MRN A-1'."""
    return _("{name}, MRN {mrn}").format(name=name_of_patient(patient), mrn=patient.mrn)


def sites_of_auditor(user: User) -> list[Site]:
    """The sites whose trail this person may read."""
    sites = list(sites_where(user, Permission.VIEW_AUDIT).order_by("name"))
    if not sites:
        raise PermissionDenied
    return sites


def people_of(site: Site) -> list[User]:
    """Whoever holds or held a role at the site."""
    held = Membership.objects.filter(site=site)
    return list(User.objects.filter(pk__in=held.values("user")))


def _given(request: SignedInRequest) -> dict[str, Any]:
    return {name: value for name, value in request.GET.dict().items() if value}


def _patient(request: SignedInRequest, site: Site) -> Patient | None:
    """The patient named by id, if of this site; an id of anybody else names nobody."""
    try:
        pk = UUID(request.GET.get("patient", ""))
    except ValueError:
        return None
    return Patient.objects.filter(site=site, pk=pk).select_related("site").first()
