"""What is on file of a patient's risk from a day on, so that a fact of the past reaches it all."""

from datetime import date

from patients.models import Patient, RiskProfile
from surveillance.workflows.update_risk import RiskFacts, facts_of


def known_from(patient: Patient, day: date) -> list[tuple[date, RiskFacts]]:
    """What is on file for that day, and for each later day from which something else holds."""
    profiles = RiskProfile.objects.filter(patient=patient)
    in_force = profiles.in_force(day).first()
    later = profiles.filter(effective_on__gt=day)
    later = later.order_by("effective_on", "recorded_at", "sequence")
    newest = {row.effective_on: facts_of(row) for row in later}
    return [(day, facts_of(in_force) if in_force else RiskFacts()), *newest.items()]
