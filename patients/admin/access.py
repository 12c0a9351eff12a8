"""What every page of the admin shares: read-only unless said otherwise, one's own sites only."""

from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.admin import SimpleHistoryAdmin

from patients.models import Patient, Site
from patients.workflows.record_view import record_view

if TYPE_CHECKING:
    BaseAdmin = admin.ModelAdmin[Any]
else:
    BaseAdmin = admin.ModelAdmin


class RecordLink(NamedTuple):
    """From a row of the admin to a page of the application, by the name of its address."""

    words: str
    url: str


def signed_in(request: HttpRequest) -> User:
    """The person at work; the admin lets nobody else in."""
    assert isinstance(request.user, User)
    return request.user


class ForgivingList(BaseAdmin):
    """A list whose address asks for what no database can answer (the year 99999999) is shown whole,
    as Django does with other addresses that were mistyped."""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list, or Django's own word for a bad address."""
        try:
            return super().get_changelist_instance(request)
        except (ValueError, OverflowError) as error:
            raise IncorrectLookupParameters from error


class ReadOnlyAdmin(ForgivingList):
    """Rows are shown, never added, changed or deleted. Permission to view comes from the group."""

    actions = None
    show_full_result_count = False
    list_per_page = 50
    change_list_template = "admin/read_only_change_list.html"
    workplace: ClassVar[tuple[str, str] | None] = None
    """Words and name of the page where these rows are worked on, if there is one."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with the way to where the work is done."""
        found = self.workplace_of(request)
        link = RecordLink(_(found[0]), reverse(found[1])) if found else None
        return super().changelist_view(request, {"workplace": link, **(extra_context or {})})

    def has_add_permission(self, _request: HttpRequest) -> bool:
        """Nobody adds here."""
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Nobody changes here."""
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Nobody deletes here."""
        return False

    def workplace_of(self, _request: HttpRequest) -> tuple[str, str] | None:
        """Where this person may work on these rows."""
        return self.workplace


class ClinicalAdmin(ReadOnlyAdmin):
    """Rows about patients of one's own sites; who looked at which is audited.

    `site_path` leads from the row to its site, `patient_path` to its patient (None when the row
    belongs to no patient).
    """

    site_path: ClassVar[str] = "site"
    patient_path: ClassVar[str | None] = "patient"
    change_form_template = "admin/clinical_change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows of the sites that this person oversees; a superuser oversees none by that."""
        mine = Site.objects.overseen_by(request.user)
        return super().get_queryset(request).filter(**{f"{self.site_path}__in": mine})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one row with the way to its record, and note that it was seen."""
        row = self.get_object(request, unquote(object_id))
        context = {"record_links": self.links_of(row) if row else [], **(extra_context or {})}
        response = super().change_view(request, object_id, form_url, context)
        if response.status_code == 200:
            self.audit_view(request, row)
        return response

    def links_of(self, row: Model) -> list[RecordLink]:
        """The patient's record. Addresses are asked for by name: patients knows no page."""
        patient = self.patient_of(row)
        if patient is None:
            return []
        return [RecordLink(_("Record of the patient"), reverse("patient", args=[patient.pk]))]

    def patient_of(self, row: Model) -> Patient | None:
        """Whose row it is."""
        return attrgetter(self.patient_path)(row) if self.patient_path else None

    def audit_view(self, request: HttpRequest, row: Model | None) -> None:
        """Record who saw whose row."""
        patient = self.patient_of(row) if row else None
        if patient is not None:
            page = "admin " + str(self.opts.model_name)
            record_view(patient=patient, by=signed_in(request), now=timezone.now(), page=page)


class HistoryAdmin(ForgivingList, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    """Shows who changed which field when, for rows that one may see; never writes history.

    simple-history itself shows the history of any row, and its form view would save an old
    version on POST even for somebody who may only look.
    """

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list of changes of a row within one's sites."""
        self._refuse_foreign(request, object_id)
        shown: HttpResponse = super().history_view(request, object_id, extra_context)
        return shown

    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One earlier version, to read."""
        if request.method != "GET":
            raise PermissionDenied
        self._refuse_foreign(request, object_id)
        shown: HttpResponse = super().history_form_view(
            request, object_id, version_id, extra_context
        )
        return shown

    def _refuse_foreign(self, request: HttpRequest, object_id: str) -> None:
        if self.get_object(request, unquote(object_id)) is None:
            raise Http404
