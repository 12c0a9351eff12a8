"""Lists and single records of every resource: two views, given the resource."""

from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.http import http_date
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from patients.models import Patient
from patients.workflows.record_view import record_view
from surveillance.api.caller import Caller
from surveillance.api.etags import etag_on, is_known, latest
from surveillance.api.fields import reader_of, wanted_fields
from surveillance.api.filters import asked_of_detail, asked_of_list, narrowed
from surveillance.api.pagination import COUNTED_TO, page_of
from surveillance.api.resource import Reading, Resource, Row, one_or_404
from surveillance.api.resources.schema import DetailSchema, ListSchema
from surveillance.api.views import ApiView

NOT_TO_BE_KEPT = {"Cache-Control": "no-store, private"}


class ListView(ApiView):
    """Many records of one resource, page by page. A list is no look at anybody (audit trail)."""

    resource: ClassVar[Resource]
    schema = ListSchema()

    def get(self, request: Request) -> Response:
        """One page: `results`, and `next`, the address of the page behind it."""
        resource = self.resource
        asked = asked_of_list(request.query_params, resource)
        reading = resource.reading(self.caller, timezone.now())
        page = page_of(narrowed(resource, reading, asked.narrowing), resource, asked, reading)
        following = None if page.cursor is None else _with_cursor(request, page.cursor)
        told: Row = {"next": following, "results": page.rows}
        if page.count is not None:
            told["count"] = min(page.count, COUNTED_TO)
            told["count_is_capped"] = page.count > COUNTED_TO
        return Response(told, headers=NOT_TO_BE_KEPT)


class DetailView(ApiView):
    """One record. Reading what is about a patient is a look, kept on the audit trail."""

    resource: ClassVar[Resource]
    schema = DetailSchema()

    def get(self, request: Request, key: Any) -> Response:
        """The record; 304 without a body for whoever has it already (`If-None-Match`)."""
        resource, now = self.resource, timezone.now()
        wanted = wanted_fields(resource, asked_of_detail(request.query_params).fields)
        row, found = one_record(resource, resource.reading(self.caller, now), key)
        if is_known(request.headers.get("If-None-Match", ""), found["ETag"]):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=found)
        if patient := row.pop(PATIENT):
            note_look(self.caller, patient, resource.name, now)
        shown = row if wanted is None else {n: v for n, v in row.items() if n in wanted}
        return Response(shown, headers=found)


PATIENT = " patient"
"""Holds the patient of a row, under a name that no field has."""


def one_record(resource: Resource, reading: Reading, key: Any) -> tuple[Row, dict[str, str]]:
    """The whole record, and the headers that say which version it is. One query.

    Raises Http404 for what is not there, or not for this caller.
    """
    patient = (resource.patient,) if resource.patient else ()
    reader = reader_of(resource, frozenset(resource.names), (*resource.moments, *patient))
    rows = resource.within(reading).filter(**{resource.key: key})
    values = one_or_404(rows.values_list(*reader.columns).first())
    [row] = reader.shown([values], reading)
    besides = values[len(reader.columns) - 1 - len(resource.moments) - len(patient) : -1]
    moment = latest(besides[: len(resource.moments)])
    tag = etag_on(row, _day(reading, row))
    row[PATIENT] = besides[-1] if patient else None
    return row, {**NOT_TO_BE_KEPT, "ETag": tag, **_last_modified(moment)}


def note_look(caller: Caller, patient: Any, page: str, now: datetime) -> None:
    """This system read a record of this patient. Two queries."""
    seen = Patient.objects.select_related("site").only("site__slug").get(pk=patient)
    record_view(patient=seen, by=caller.user, now=now, page=f"api {page}")


def _day(reading: Reading, row: Row) -> Any:
    """The site's day, where what is shown moves with it: an open follow-up's stage."""
    if row.get("stage") is None:
        return None
    return next(site.local_date(reading.now) for site in reading.sites.values()
                if site.slug == row["site"])  # fmt: skip


def _last_modified(moment: datetime | None) -> dict[str, str]:
    return {} if moment is None else {"Last-Modified": http_date(moment.timestamp())}


def _with_cursor(request: Request, cursor: str) -> str:
    said = {**request.query_params.dict(), "cursor": cursor}
    said.pop("count", None)
    return request.build_absolute_uri(f"?{urlencode(said)}")
