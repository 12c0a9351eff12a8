"""Sites and roles: kept here, through workflows, with their history."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.admin.access import HistoryAdmin, signed_in
from patients.admin.accounts import accounts_within_reach
from patients.models import Absence, Membership, Site, SiteClosure
from patients.workflows.close_site_days import close_site_days, lift_closure
from patients.workflows.grant_role import grant_role
from patients.workflows.save_site import save_site


def administered(request: HttpRequest) -> QuerySet[Site]:
    """The sites that this person may change: all of them for a superuser, who makes the first."""
    if signed_in(request).is_superuser:
        return Site.objects.all()
    return Site.objects.administered_by(request.user)


def visible(request: HttpRequest) -> QuerySet[Site]:
    """The sites that this person may see here."""
    if signed_in(request).is_superuser:
        return Site.objects.all()
    return Site.objects.overseen_by(request.user)


@admin.register(Site)
class SiteAdmin(HistoryAdmin):
    """A site's particulars. Only a superuser adds one; nobody deletes one."""

    list_display = ("name", "slug", "time_zone", "holiday_calendar")
    history_list_display = ("changed_fields",)
    ordering = ("name",)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Site]:
        """One's own sites."""
        mine: QuerySet[Site] = super().get_queryset(request)
        return mine.filter(pk__in=visible(request))

    def get_readonly_fields(self, _request: HttpRequest, obj: Site | None = None) -> list[str]:
        """The slug names the audit chain and stays."""
        return ["slug"] if obj else []

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A new site has no administrator yet."""
        return signed_in(request).is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Site | None = None) -> bool:
        """Administrators change their own site."""
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (obj is None or administered(request).filter(pk=obj.pk).exists())

    def has_delete_permission(self, _request: HttpRequest, _obj: Site | None = None) -> bool:
        """Sites are never deleted."""
        return False

    def save_model(self, request: HttpRequest, obj: Site, _form: Any, _change: bool) -> None:
        """Call the workflow."""
        save_site(site=obj, by=signed_in(request), now=timezone.now())


@admin.register(SiteClosure)
class SiteClosureAdmin(HistoryAdmin):
    """Closures are noted and lifted, never edited or deleted."""

    list_display = ("site", "first_on", "last_on", "reason", "lifted_at")
    list_filter = (("site", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("site",)
    fields = ("site", "first_on", "last_on", "reason", "lifted_at")
    ordering = ("-first_on",)
    actions = ("lift_selected_closures",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SiteClosure]:
        """Closures of one's own sites."""
        rows: QuerySet[SiteClosure] = super().get_queryset(request)
        return rows.filter(site__in=visible(request))

    def get_fields(self, _request: HttpRequest, obj: SiteClosure | None = None) -> tuple[str, ...]:
        """A closure begins without having been lifted."""
        return self.fields if obj else self.fields[:-1]

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Lifted by the action, noted anew: nothing is edited."""
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Closures are lifted, never deleted."""
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Offer one's own sites."""
        if db_field.name == "site":
            options["queryset"] = administered(request)
        return super().formfield_for_foreignkey(db_field, request, **options)

    def save_model(self, request: HttpRequest, obj: SiteClosure, _form: Any, _change: bool) -> None:
        """Call the workflow."""
        obj.pk = close_site_days(
            site=obj.site,
            first_on=obj.first_on,
            last_on=obj.last_on,
            reason=obj.reason,
            by=signed_in(request),
            now=timezone.now(),
        ).pk

    @admin.action(description=_("Lift the selected closures"), permissions=["add"])
    def lift_selected_closures(self, request: HttpRequest, rows: QuerySet[SiteClosure]) -> None:
        """Call the workflow for each closure of a site that this person administers."""
        now = timezone.now()
        for closure in rows.filter(site__in=administered(request)):
            lift_closure(closure=closure, by=signed_in(request), now=now)


@admin.register(Membership)
class MembershipAdmin(HistoryAdmin):
    """Roles are granted and ended, never edited or deleted.

    Ended in surveillance/admin/people.py, where what the person answers for is handed over.
    """

    list_display = ("user", "site", "role", "ended_on")
    list_filter = ("role", ("site", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("user", "site")
    fields = ("user", "site", "role", "ended_on")
    ordering = ("site", "user", "role")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        """Roles at one's own sites."""
        rows: QuerySet[Membership] = super().get_queryset(request)
        return rows.filter(site__in=visible(request))

    def get_fields(self, _request: HttpRequest, obj: Membership | None = None) -> tuple[str, ...]:
        """A role begins without an end."""
        return self.fields if obj else ("user", "site", "role")

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Ended by the action, granted anew: nothing is edited."""
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Roles are ended, never deleted."""
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Offer one's own sites, and people who can sign in."""
        offered: dict[str, QuerySet[Any]] = {
            "site": administered(request),
            "user": accounts_within_reach(request).filter(is_active=True),
        }
        if db_field.name in offered:
            options["queryset"] = offered[db_field.name]
        return super().formfield_for_foreignkey(db_field, request, **options)

    def save_model(self, request: HttpRequest, obj: Membership, _form: Any, _change: bool) -> None:
        """Call the workflow."""
        now = timezone.now()
        obj.pk = grant_role(
            user=obj.user, site=obj.site, role=obj.role, by=signed_in(request), now=now
        ).pk


@admin.register(Absence)
class AbsenceAdmin(HistoryAdmin):
    """Leave and cover, to read; planned and ended on the page "Leave and cover"."""

    list_display = ("user", "site", "first_on", "last_on", "cover", "ended_on")
    list_filter = (("site", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("user", "site", "cover")
    ordering = ("-first_on",)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Absence]:
        """Absences at one's own sites."""
        rows: QuerySet[Absence] = super().get_queryset(request)
        return rows.filter(site__in=visible(request))

    def has_add_permission(self, _request: HttpRequest) -> bool:
        """Planned elsewhere."""
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Ended elsewhere."""
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Ended, never deleted."""
        return False
