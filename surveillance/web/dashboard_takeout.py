"""A list behind a number leaves as a file with names: on the audit trail of everybody in it."""

from collections.abc import Sequence
from typing import NamedTuple

from django.http import HttpResponse
from django.utils import timezone

from patients.models import Patient
from surveillance.models import FollowUp
from surveillance.web.access import SignedInRequest
from surveillance.web.dashboard_page import Asked
from surveillance.web.sheets import Sheet, Value, as_csv, as_xlsx, file_response
from surveillance.workflows.record_list_export import record_list_export

MOST_ROWS = 5000
"""Of a file; each of its people is one entry of the audit trail."""


class Wanted(NamedTuple):
    """Which list, and as which kind of file."""

    key: str
    part: str
    form: str


class Table(NamedTuple):
    """What stands in the file."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Value]]


def list_file(
    request: SignedInRequest,
    asked: Asked,
    wanted: Wanted,
    found: Sequence[FollowUp | Patient],
    table: Table,
) -> HttpResponse:
    """The file, after it is written down who took whose data out."""
    key, part, form = wanted
    name = f"{key}.{part}" if part else key
    record_list_export(rows=found, name=name, form=form, by=request.user, now=timezone.now())
    file_name = f"list-{key}-{asked.slug}-{asked.scope.today}"
    if form == "csv":
        return file_response(form, file_name, as_csv(*table))
    return file_response(form, file_name, as_xlsx([Sheet(key, (), *table)]))
