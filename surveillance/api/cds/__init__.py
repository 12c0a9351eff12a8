"""CDS Hooks 2.0: an EHR asks what is owed to the patient on its screen."""
