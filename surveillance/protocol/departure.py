"""What is owed while a clinician's override stands beside the computed rule (8.9, S36, A20).

The computed recommendation is never changed by an override; only what is owed is. An override
answers one computed recommendation and is spent as soon as the facts lead to another need.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from surveillance.protocol.facts import PatientFacts
from surveillance.protocol.modality import blocked_modalities
from surveillance.protocol.recommendation import Obligation, Recommendation, Window
from surveillance.protocol.terms import EscalationClass, Modality, ObligationKind, Risk, Tri


class Departure(StrEnum):
    """How a clinician may depart from the rule."""

    SOONER = "SOONER"
    LATER = "LATER"
    MODALITY = "MODALITY"
    CLOSE = "CLOSE"


@dataclass(frozen=True, slots=True)
class StandingOverride:
    """An override, with what the protocol had answered when it was signed.

    `latest` is the last day that the clinician chose (SOONER, LATER), `modality` the modality.
    """

    kind: Departure
    rule: str
    escalation_class: EscalationClass
    computed_latest: date | None
    risk: Risk
    malignancy: Tri
    latest: date | None = None
    modality: Modality | None = None


def still_applies(
    override: StandingOverride, computed: Recommendation, patient: PatientFacts
) -> bool:
    """Whether the override still answers what the protocol says now.

    Any other rule, class, liver risk or malignancy outside the liver means a new need (A-53).
    A date is spent once the computed window has moved on (an exam was done), a later date also
    when it has tightened; a modality when it has become contraindicated (S28, I13, I27).
    """
    signed = (override.rule, override.escalation_class, override.risk, override.malignancy)
    malignancy = patient.extrahepatic_malignancy
    if signed != (computed.rule, computed.escalation_class, computed.risk, malignancy):
        return False
    if override.kind is Departure.CLOSE:
        return True
    latest = computed.window.latest if computed.window else None
    if override.kind is Departure.MODALITY:
        return override.modality not in blocked_modalities(patient)
    if override.kind is Departure.LATER:
        is_low = computed.escalation_class is EscalationClass.LOW
        return is_low and latest == override.computed_latest
    if latest is None or override.computed_latest is None:
        return latest is override.computed_latest
    return latest <= override.computed_latest


def obligations_under(
    override: StandingOverride, computed: Recommendation
) -> tuple[Obligation, ...]:
    """What is owed under an override that still applies; nothing if it closes the lesion."""
    if override.kind is Departure.CLOSE:
        return ()
    return tuple(
        _departed(override, owed) if _concerns(override, owed, computed) else owed
        for owed in computed.obligations
    )


def _concerns(override: StandingOverride, owed: Obligation, computed: Recommendation) -> bool:
    """A date concerns the rule's own obligation, a modality the imaging."""
    if override.kind is Departure.MODALITY:
        return owed.kind is ObligationKind.IMAGING
    return owed.recommendation is computed.kind


def _departed(override: StandingOverride, owed: Obligation) -> Obligation:
    if override.kind is Departure.MODALITY:
        return replace(owed, modality=override.modality)
    window, day = owed.window, override.latest or owed.window.latest
    if override.kind is Departure.LATER:
        return replace(owed, window=replace(window, latest=day))
    sooner = Window(min(window.earliest, day), min(window.target, day), min(window.latest, day))
    return replace(owed, window=sooner)
