"""FHIR R4 into our terms (surveillance/arrivals.py): no clock, no database.

Reading goes in one direction: bytes to JSON (`document`), JSON held against HL7's schema
(`schema_errors`) and against what the schema does not know (`own_checks`), references resolved
(`references`), each resource translated with the feed's mapping (`mapping`, `translating`), and
everything put together with what became of each entry (`reading`, `outcome`).
"""
