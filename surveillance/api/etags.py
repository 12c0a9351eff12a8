"""Versions of records as HTTP says them: ETag, If-None-Match, Last-Modified.

A follow-up's tag begins with its version. While it is open its stage moves with the days, so that
what is read carries the site's day behind a dot: `"7.739945"`. Whether somebody still has the
version on file is asked by `is_current`, which looks at the version alone.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder

from surveillance.models import FollowUp

VERSION: Final = "version"
_TAGS: Final = re.compile(r'(?:W/)?("[^"]*")')
_DAY: Final = re.compile(r'\.\d+"$')


def etag_of(row: FollowUp | Mapping[str, Any]) -> str:
    """The strong tag of a record: a follow-up's version, else a digest of all that is shown."""
    version = row.version if isinstance(row, FollowUp) else row.get(VERSION)
    if version is not None:
        return f'"{version}"'
    said = json.dumps(row, cls=DjangoJSONEncoder, sort_keys=True)
    return f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


def etag_on(row: Mapping[str, Any], day: date | None) -> str:
    """The tag of what is shown on `day`; None for what no day changes."""
    tag = etag_of(row)
    return tag if day is None else f'{tag[:-1]}.{day.toordinal()}"'


def is_current(if_match: str, row: FollowUp | Mapping[str, Any]) -> bool:
    """Whether an If-Match header names the record as it is on file. `*` is any."""
    tags = {_DAY.sub('"', tag) for tag in tags_in(if_match)}
    return if_match.strip() == "*" or etag_of(row) in tags


def is_known(if_none_match: str, tag: str) -> bool:
    """Whether the caller has exactly this already."""
    return if_none_match.strip() == "*" or tag in tags_in(if_none_match)


def tags_in(header: str) -> Iterable[str]:
    """The tags that a header lists; weak ones count as strong ones here."""
    return _TAGS.findall(header)


def latest(moments: Iterable[datetime | None]) -> datetime | None:
    """When a row changed last, of the moments on file."""
    return max((moment for moment in moments if moment is not None), default=None)
