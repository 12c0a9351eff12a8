"""POST and PUT of FHIR: keep the message, take it in, tell what became of it."""

from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Final

from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from surveillance.api.fhir.conditional import without_known
from surveillance.api.fhir.feeds import feed_of, read_for
from surveillance.api.fhir.formats import FhirParser, PlainJsonParser
from surveillance.api.fhir.view import FhirView
from surveillance.api.scopes import Scope
from surveillance.intake.applying import take_in_message
from surveillance.intake.fhir.answers import RESPONSES, Became, bundle_response, what_became
from surveillance.intake.fhir.bundles import Request as Asked
from surveillance.intake.fhir.elements import text
from surveillance.intake.fhir.outcome import outcome
from surveillance.intake.fhir.problems import IssueType, Problem
from surveillance.intake.fhir.reading import SINGLE, ReadBundle
from surveillance.intake.fhir.translating import USED
from surveillance.models import IntakeFeed
from surveillance.workflows.keep_message import keep_message

MINIMAL: Final = "minimal"
REPRESENTATION: Final = "representation"


class TypeNotTakenIn(APIException):
    """An address of a type from which nothing is read."""

    status_code = HTTPStatus.NOT_FOUND
    default_code = "type_not_taken_in"
    default_detail = (
        f"Nothing is taken in here. Types with an address: {', '.join(sorted(USED))}. Bundles go "
        "to the base address; other types may be in them."
    )


class SendingView(FhirView):
    """What all addresses have in common to which something is sent."""

    parser_classes = (FhirParser, PlainJsonParser)

    def scopes(self) -> tuple[str, ...]:
        """One scope for everything that is sent: what a bundle holds is known only when read."""
        return (Scope.INTAKE.value,)


class BundleView(SendingView):
    """POST /fhir/r4/: a Bundle of type transaction, batch, message or collection."""

    def post(self, request: Request) -> Response:
        """200 with what became of each entry; 400 where the whole is refused."""
        feed = feed_of(request, self.caller)
        now = timezone.now()
        read = read_for(feed, _body(request), now)
        if read.kind == SINGLE:
            words = "A Bundle is expected here. One resource goes to the address of its type."
            read = replace(read, problems=(Problem("", IssueType.STRUCTURE, words),))
        became = _take_in(feed, read, now)
        if became is None:
            return _refusal(feed, read)
        if read.kind in RESPONSES:
            shown = _preferred(request) == REPRESENTATION
            return Response(bundle_response(read.kind, became, shown))
        return Response(outcome([problem for one in became for problem in one.problems()]))


class CreateView(SendingView):
    """POST /fhir/r4/{type}: one resource."""

    def post(self, request: Request, kind: str) -> Response:
        """201 taken in, 200 known already, 202 kept for later or for a person, 400 refused."""
        asked = Asked("POST", kind, request.headers.get("If-None-Exist", ""))
        return _one(request, feed_of(request, self.caller), kind, asked)


class UpdateView(SendingView):
    """PUT /fhir/r4/{type}/{id}: one resource whose id the sender gives."""

    def put(self, request: Request, kind: str, id_: str) -> Response:
        """The same answers; 200 where it was taken in."""
        asked = Asked("PUT", f"{kind}/{id_}")
        return _one(request, feed_of(request, self.caller), kind, asked, id_)


def _one(
    request: Request, feed: IntakeFeed, kind: str, asked: Asked, identity: str = ""
) -> Response:
    if kind not in USED:
        raise TypeNotTakenIn
    now = timezone.now()
    read = read_for(feed, _body(request), now)
    read = _at_its_address(read, kind, identity)
    read = replace(read, entries=tuple(replace(one, request=asked) for one in read.entries))
    became = _take_in(feed, read, now)
    return _refusal(feed, read) if became is None else _told(became[0], _preferred(request))


def _body(request: Request) -> bytes:
    """What was sent; the library makes something else of an empty body."""
    sent: object = request.data
    return sent if isinstance(sent, bytes) else b""


def _at_its_address(read: ReadBundle, kind: str, identity: str) -> ReadBundle:
    """With what is wrong if the resource is none of that address."""
    found = read.entries[0].resource if read.kind == SINGLE else {}
    problems = list(read.problems)
    if not problems and text(found.get("resourceType")) != kind:
        words = f"This is the address of a {kind}. A Bundle goes to the base address."
        problems.append(Problem("resourceType", IssueType.STRUCTURE, words))
    elif identity and text(found.get("id")) != identity:
        words = "The id in the resource must be that of the address."
        problems.append(Problem(f"{kind}.id", IssueType.VALUE, words))
    return replace(read, problems=tuple(problems))


def _take_in(feed: IntakeFeed, read: ReadBundle, now: datetime) -> list[Became] | None:
    """Keep what came, in any case; None where nothing of it may be taken in."""
    asked = without_known(read, feed.site)
    kept = keep_message(feed=feed, envelope=asked.envelope, parts=asked.parts, now=now)
    if asked.is_refused:
        return None
    return what_became(asked, take_in_message(kept.message, now))


def _refusal(feed: IntakeFeed, read: ReadBundle) -> Response:
    refused = without_known(read, feed.site)
    return Response(outcome(list(refused.all_problems())), status=HTTPStatus.BAD_REQUEST)


def _told(became: Became, preferred: str) -> Response:
    headers = {"Location": f"/fhir/r4/{became.location}"} if became.location else {}
    if preferred == MINIMAL:
        return Response(status=became.status, headers=headers)
    shown = became.entry.resource if preferred == REPRESENTATION else outcome(became.problems())
    return Response(shown, status=became.status, headers=headers)


def _preferred(request: Request) -> str:
    """The `return=` of the header Prefer."""
    for wish in request.headers.get("Prefer", "").replace(",", ";").split(";"):
        name, _, value = wish.strip().partition("=")
        if name.lower() == "return":
            return value.strip('" ').lower()
    return ""
