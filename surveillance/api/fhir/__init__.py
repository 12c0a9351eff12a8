"""FHIR R4 at /fhir/r4: what is read here, and what is taken in."""
