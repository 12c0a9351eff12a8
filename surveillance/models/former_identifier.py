"""Record numbers that were given up: who is meant when one of them is named again."""

import uuid

from django.db import models

from patients.models import AppendOnlyModel, AppendOnlyQuerySet, Patient, Site


class FormerIdentifier(AppendOnlyModel):
    """At `site` the number `mrn` was given up in favour of `patient`. **Append-only.**

    Kept when a merge (HL7 A40) names a number that is no record of ours, or gives our record the
    number that survives. A record that has this number is meant before this one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    mrn = models.CharField(max_length=64)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="former_numbers")
    recorded_at = models.DateTimeField()

    objects = AppendOnlyQuerySet["FormerIdentifier"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "mrn"], name="former_identifier_once_per_site")
        ]

    def __str__(self) -> str:
        return f"FormerIdentifier {self.pk}"
