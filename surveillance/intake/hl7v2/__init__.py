"""HL7 v2: frames on the wire, messages in our terms, and what is answered."""
