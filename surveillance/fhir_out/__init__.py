"""Our records as FHIR R4 resources: rows in, plain dictionaries out. No question, no clock."""
