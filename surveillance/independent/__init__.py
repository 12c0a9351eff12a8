"""A second implementation of one question, in plain SQL: to which lesions must something be owed?

Written from the clinical specification and not from the protocol's code; it reads raw facts only.
It answers less than the protocol (it knows no dates), but what it names must never be closed.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

from django.db import connection

QUESTION = (Path(__file__).parent / "must_be_open.sql").read_text(encoding="utf-8")


def owed_by_the_facts_alone(*, site: int, today: date) -> Iterator[tuple[UUID, str]]:
    """(lesion id, reason) of every lesion of the site that must be owed something and is not."""
    with connection.cursor() as cursor:
        cursor.execute(QUESTION, {"site": site, "today": today, "adult_born": _adult_born(today)})
        for lesion, reason in cursor.fetchall():
            yield UUID(str(lesion)), reason


def _adult_born(today: date) -> date:
    """The youngest adult's birthday; of 29 February, 1 March (A-18)."""
    try:
        return today.replace(year=today.year - 18)
    except ValueError:
        return date(today.year - 18, 2, 28)
