"""The one view behind all verbs."""

import json
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from surveillance.api.etags import etag_of
from surveillance.api.verbs.preconditions import PreconditionFailed, asked, version_in
from surveillance.api.verbs.verb import Ask, Verb
from surveillance.api.views import ApiView
from surveillance.models import FollowUp
from surveillance.roles import Permission
from surveillance.workflows.answer_once import (
    Answer,
    Asked,
    KeyUsedForOther,
    answer_once,
)
from surveillance.workflows.change_follow_up import FollowUpChangedMeanwhile


class KeyReused(exceptions.APIException):
    """The key came before with another request."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_code = KeyUsedForOther.code


class VerbView(ApiView):
    """Reads what was sent, calls the workflow, answers with what came of it."""

    verb: ClassVar[Verb]

    def post(self, request: Request, pk: UUID | None = None) -> Response:
        """Do it once for each `Idempotency-Key`; refused is refused, with the workflow's code."""
        row = self._row(pk)
        now = timezone.now()

        def act() -> Answer:
            return self._act(request, row, now)

        return as_response(once(asked(request), act, now))

    def _row(self, pk: UUID | None) -> Any:
        """The record, if the caller may see it (else 404) and do this to it (else 403)."""
        target = self.verb.target
        if target is None:
            self.caller.require_somewhere(self.verb.permission)
            return None
        rows = target.rows(self.caller.sites(Permission.VIEW_PATIENT))
        row = get_object_or_404(rows, pk=pk)
        self.caller.require(self.verb.permission, target.site(row))
        return row

    def _act(self, request: Request, row: Any, now: datetime) -> Answer:
        verb, has_version = self.verb, bool(self.verb.target and self.verb.target.has_version)
        version = version_in(request, row, has_version=has_version)
        form = verb.reads(data=request.data, context={"caller": self.caller})
        form.is_valid(raise_exception=True)
        ask = Ask(self.caller, row, form.validated_data, now, version)
        try:
            done = verb.act(ask)
        except FollowUpChangedMeanwhile:
            if version is None:
                raise
            row.refresh_from_db(fields=["version"])
            raise PreconditionFailed(etag_of(row)) from None
        body = JSONRenderer().render(verb.answers(done).data).decode()
        etag = etag_of(done) if isinstance(done, FollowUp) else ""
        return Answer(HTTPStatus.CREATED if verb.created else HTTPStatus.OK, body, etag)


def once(said: Asked, act: Callable[[], Answer], now: datetime) -> Answer:
    """Act once for each key; KeyReused (422) for one that came with another request."""
    try:
        return answer_once(asked=said, act=act, now=now)
    except KeyUsedForOther as refused:
        raise KeyReused(refused.message) from None


def as_response(answer: Answer) -> Response:
    """The answer over HTTP; a repeated one says so."""
    headers = {"ETag": answer.etag} if answer.etag else {}
    if answer.is_repeated:
        headers["Idempotency-Replayed"] = "true"
    return Response(json.loads(answer.body), status=answer.status, headers=headers)
