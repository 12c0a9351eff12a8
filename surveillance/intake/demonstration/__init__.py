"""Fills an empty installation with an invented registry and two months of work on it."""
