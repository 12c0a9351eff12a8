"""FHIR R4 over HTTP (`/fhir/r4/`): resources come in here. A door, no more."""
