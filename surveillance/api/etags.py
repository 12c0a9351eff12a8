"""How a row's state is named in `ETag` and `If-Match` (RFC 9110)."""

from surveillance.models import FollowUp


def etag_of(row: FollowUp) -> str:
    """The strong tag of the row as it is, quotation marks included: "v7"."""
    return f'"v{row.version}"'
