"""HL7 v2 messages (2.3 to 2.5.1) in our own terms, and what is answered to them.

Pure translation in one direction: bytes to text (`character_sets`), text to segments (`splitting`),
segments to groups about one thing (`grouping`), groups to arrivals (`reports`, `orders`,
`appointments`, `demographics`), with the words of one sender (`mapping`). No database, no clock.
`read_message` never raises: what cannot be translated is told with its place.
"""
