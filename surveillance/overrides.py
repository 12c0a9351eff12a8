"""A clinician's override as the protocol understands it: rows become facts."""

from surveillance.models import LesionAssessment
from surveillance.protocol.departure import Departure, StandingOverride
from surveillance.protocol.terms import EscalationClass, Modality, Risk, Tri


def standing_override(row: LesionAssessment | None) -> StandingOverride | None:
    """What an override row asks for, and what the protocol had answered when it was signed."""
    if row is None or row.overrides is None:
        return None
    kind, computed = Departure(row.override_kind), row.overrides
    return StandingOverride(
        kind=kind,
        rule=computed.rule,
        escalation_class=EscalationClass(computed.escalation_class),
        computed_latest=computed.latest_on,
        risk=Risk(computed.risk),
        malignancy=Tri(computed.malignancy),
        latest=row.latest_on if kind in (Departure.SOONER, Departure.LATER) else None,
        modality=Modality(row.preferred_modality) if kind is Departure.MODALITY else None,
    )
