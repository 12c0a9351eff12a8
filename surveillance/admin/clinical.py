"""What the admin's pages of clinical rows share: the way to a lesion's history, and to the work."""

from operator import attrgetter
from typing import ClassVar

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from patients.admin.access import ClinicalAdmin, RecordLink, signed_in
from surveillance.roles import Permission, sites_where


class LesionRecordAdmin(ClinicalAdmin):
    """Rows about one lesion. `lesion_path` leads from the row to the lesion's id."""

    lesion_path: ClassVar[str] = "lesion_id"

    def links_of(self, row: Model) -> list[RecordLink]:
        """The patient's record and the history of the lesion."""
        pk = attrgetter(self.lesion_path)(row)
        return [
            *super().links_of(row),
            RecordLink(_("History of the lesion"), reverse("lesion_history", args=[pk])),
        ]


class WorkedOnElsewhereAdmin(ClinicalAdmin):
    """Rows that are worked on at a page of the application, by those with `permission`."""

    permission: ClassVar[Permission]

    def workplace_of(self, request: HttpRequest) -> tuple[str, str] | None:
        """Nobody is led to a page that turns them away."""
        may = sites_where(signed_in(request), self.permission).exists()
        return self.workplace if may else None
