"""The REST interface: other systems read our records and ask our workflows. A door, no more."""
