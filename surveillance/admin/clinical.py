"""What the admin's pages of a lesion's rows share: the way to the lesion's history."""

from operator import attrgetter
from typing import ClassVar

from django.db.models import Model
from django.urls import reverse

from patients.admin.access import ClinicalAdmin, RecordLink


class LesionRecordAdmin(ClinicalAdmin):
    """Rows about one lesion. `lesion_path` leads from the row to the lesion's id."""

    lesion_path: ClassVar[str] = "lesion_id"

    def links_of(self, row: Model) -> list[RecordLink]:
        """The patient's record and the history of the lesion."""
        pk = attrgetter(self.lesion_path)(row)
        return [
            *super().links_of(row),
            RecordLink("History of the lesion", reverse("lesion_history", args=[pk])),
        ]
