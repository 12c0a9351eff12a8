"""Which feed a request belongs to: it says whose site this is and what the sender's codes mean."""

from collections.abc import Iterable
from datetime import datetime
from http import HTTPStatus
from typing import Final

from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request

from surveillance.api.caller import Caller
from surveillance.intake.fhir.mapping import FaultyMapping
from surveillance.intake.fhir.reading import ReadBundle
from surveillance.intake.fhir_feed import read_of_feed
from surveillance.models import IntakeFeed, MessageFormat
from surveillance.roles import Permission

HEADER: Final = "X-Intake-Feed"
PARAMETER: Final = "feed"


class NoFeed(APIException):
    """Nothing is set up to take this sender's messages."""

    status_code = HTTPStatus.FORBIDDEN
    default_code = "no_feed"
    default_detail = (
        "There is no active FHIR feed at a site where this account may send. An administrator "
        "sets one up, or gives the account its role there."
    )


class FeedNotNamed(APIException):
    """Several feeds could be meant."""

    status_code = HTTPStatus.BAD_REQUEST
    default_code = "feed_not_named"

    def __init__(self, feeds: Iterable[IntakeFeed]) -> None:
        super().__init__(f"Several feeds could be meant. {_what_to_write(feeds)}")


class FeedNotKnown(APIException):
    """No feed of the account's sites is called so."""

    status_code = HTTPStatus.BAD_REQUEST
    default_code = "feed_not_known"

    def __init__(self, feeds: Iterable[IntakeFeed]) -> None:
        super().__init__(f"No feed is called so. {_what_to_write(feeds)}")


class FeedNotReady(APIException):
    """The feed cannot be used as it is set up; the message would be understood wrongly."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_code = "feed_not_ready"


def feed_of(request: Request, caller: Caller) -> IntakeFeed:
    """The feed that is named (by its id, `site/name`, or its name where only one has it), or the
    only one. Raises NoFeed, FeedNotNamed or FeedNotKnown."""
    name = request.headers.get(HEADER) or request.query_params.get(PARAMETER, "")
    if "\x00" in name:
        raise ValidationError("The name of a feed has no such character.")
    sites = caller.sites(Permission.RECORD_EXAM)
    rows = IntakeFeed.objects.filter(format=MessageFormat.FHIR_R4, is_active=True, site__in=sites)
    feeds = list(rows.select_related("site").order_by("site__slug", "name"))
    if not feeds:
        raise NoFeed
    found = [feed for feed in feeds if name in _names_of(feed)] if name else feeds
    if not found:
        raise FeedNotKnown(feeds)
    if len(found) > 1:
        raise FeedNotNamed(found)
    return found[0]


def _names_of(feed: IntakeFeed) -> tuple[str, str, str]:
    return str(feed.pk), _full_name(feed), feed.name


def _full_name(feed: IntakeFeed) -> str:
    return f"{feed.site.slug}/{feed.name}"


def _what_to_write(feeds: Iterable[IntakeFeed]) -> str:
    listed = "; ".join(f"{_full_name(feed)} (id {feed.pk})" for feed in feeds)
    return f"Send its id, or site/name, in the header {HEADER}: {listed}."


def read_for(feed: IntakeFeed, raw: bytes, now: datetime) -> ReadBundle:
    """What was sent, read as the feed is set up. Raises FeedNotReady."""
    try:
        return read_of_feed(raw, feed, received_at=now)
    except FaultyMapping as faulty:
        words = f"The mapping of this feed must be mended first ({faulty}) Send the message again."
        raise FeedNotReady(words) from None
