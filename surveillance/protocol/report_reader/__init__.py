"""Reads the text of an imaging report by rules that can be looked at; a person confirms."""
