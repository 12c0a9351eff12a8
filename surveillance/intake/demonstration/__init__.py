"""Fills an empty installation with an invented registry and three weeks of work on it."""
