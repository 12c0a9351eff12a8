"""SMART App Launch: an EHR opens this application for the patient on its screen (docs/adr/0061)."""
