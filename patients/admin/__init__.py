"""The stock admin: reference data is kept here, records of people are read here.

Nothing here decides or writes by itself: changes go through workflows, and everybody sees the
sites where they are administrator or auditor, and no others.
"""

from patients.admin import accounts, records, reference_data

__all__ = ["accounts", "records", "reference_data"]
