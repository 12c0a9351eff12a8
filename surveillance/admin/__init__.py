"""The stock admin of lesions, exams, decisions and obligations: to read, each at one's own sites.

The page of a lesion shows its whole history with the reasons of each decision.
"""

from surveillance.admin import ehr_systems, lesions, obligations, operations, people, sites

__all__ = ["ehr_systems", "lesions", "obligations", "operations", "people", "sites"]
