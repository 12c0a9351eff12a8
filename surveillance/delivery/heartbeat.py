"""Tells the outside that all is well; silence is noticed there."""

from urllib.error import URLError
from urllib.request import urlopen

SECONDS = 10


def ping(url: str) -> bool:
    """Call `url` (http or https, checked in the settings); whether it answered."""
    try:
        with urlopen(url, timeout=SECONDS):  # noqa: S310 (the scheme was checked by the settings)
            return True
    except (URLError, OSError):
        return False
