"""EHRs that a site trusts: entered and changed by its administrators; what they told is to read."""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from jwcrypto.common import JWException
from jwcrypto.jwk import JWKSet

from patients.admin.access import ClinicalAdmin, HistoryAdmin, signed_in
from patients.admin.reference_data import administered, visible
from surveillance.models import CdsFeedback, EhrSystem
from surveillance.workflows.save_ehr_system import save_ehr_system

NOT_KEYS = gettext_lazy("Enter a JWK Set of public keys, such as {'keys': […]}, or leave it empty")

if TYPE_CHECKING:
    BaseEhrForm = forms.ModelForm[EhrSystem]
else:
    BaseEhrForm = forms.ModelForm


class EhrSystemForm(BaseEhrForm):
    """What the workflow would refuse, and what could never work, beside its field."""

    def clean_fhir_base(self) -> str:
        """Without the slash at the end, with which some EHRs call themselves and others do not."""
        base: str = self.cleaned_data["fhir_base"].strip().removesuffix("/")
        schemes = {"https", "http"} if settings.IS_LOCAL else {"https"}
        if base and urlsplit(base).scheme not in schemes:
            raise ValidationError(_("Enter an address that begins with https://"))
        return base

    def clean_jwks(self) -> dict[str, Any]:
        """Public keys: a private one has no business here."""
        told = self.cleaned_data["jwks"] or {}
        if told and not _are_public_keys(told):
            raise ValidationError(NOT_KEYS)
        return dict(told)

    def clean(self) -> None:
        """What belongs together, and what another EHR has already."""
        super().clean()
        said = self.cleaned_data
        if said.get("fhir_base") and not said.get("client_id"):
            self.add_error("client_id", _("Enter the id that the EHR gave this application."))
        if said.get("issuer") and not (said.get("jwks_url") or said.get("jwks")):
            words = _("Give the address of its keys, or the keys: its tokens must be checked.")
            self.add_error("jwks_url", words)
        for field in ("issuer", "fhir_base"):
            if said.get("is_active") and said.get(field) and self._is_taken(field, said[field]):
                self.add_error(field, _("Another active EHR has this address already."))

    def _is_taken(self, field: str, value: str) -> bool:
        others = EhrSystem.objects.active().exclude(pk=self.instance.pk)
        return others.filter(**{field: value}).exists()


def _are_public_keys(told: Any) -> bool:
    try:
        keys = list(JWKSet.from_json(json.dumps(told))["keys"])
        return bool(keys) and not any(key.has_private or key.is_symmetric for key in keys)
    except (JWException, ValueError, TypeError, KeyError):
        return False


@admin.register(EhrSystem)
class EhrSystemAdmin(HistoryAdmin):
    """EHRs of one's own sites. One that is trusted no longer is made inactive, never deleted."""

    form = EhrSystemForm
    list_display = ("name", "site", "fhir_base", "issuer", "is_active")
    list_filter = ("is_active", ("site", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("site",)
    fields = (
        "site", "name", "is_active", "mrn_system", "issuer", "jwks_url", "jwks", "fhir_base",
        "client_id",
    )  # fmt: skip
    history_list_display = ("changed_fields",)
    ordering = ("site", "name")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[EhrSystem]:
        """Those of one's own sites."""
        rows: QuerySet[EhrSystem] = super().get_queryset(request)
        return rows.filter(site__in=visible(request))

    def get_readonly_fields(self, _request: HttpRequest, obj: EhrSystem | None = None) -> list[str]:
        """Its record numbers are those of its site: another site is another entry."""
        return ["site"] if obj else []

    def has_change_permission(self, request: HttpRequest, obj: EhrSystem | None = None) -> bool:
        """Administrators change those of their own site."""
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (obj is None or administered(request).filter(pk=obj.site_id).exists())

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Made inactive instead."""
        return False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """An address typed without its scheme is one of https."""
        if db_field.name == "jwks_url":
            options["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **options)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Offer one's own sites."""
        if db_field.name == "site":
            options["queryset"] = administered(request)
        return super().formfield_for_foreignkey(db_field, request, **options)

    def save_model(self, request: HttpRequest, obj: EhrSystem, _form: Any, _change: bool) -> None:
        """Call the workflow."""
        save_ehr_system(system=obj, by=signed_in(request), now=timezone.now())


@admin.register(CdsFeedback)
class CdsFeedbackAdmin(ClinicalAdmin):
    """What clinicians did with the cards that an EHR showed them."""

    site_path = "ehr__site"
    list_display = ("said_at", "ehr", "service", "outcome", "reason", "patient")
    list_filter = ("outcome", ("ehr", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("ehr", "patient")
    ordering = ("-said_at",)
