"""Where the broker is: REDIS_URL, or the embedded one on a private socket of this machine."""

import hashlib
import os
import tempfile
from pathlib import Path

# The kernel's limit for the path of a Unix socket is 108 bytes with its closing zero.
LONGEST_SOCKET_PATH = 100


def socket_path(data_dir: Path) -> Path:
    """The embedded broker's socket: in the data directory, or in /tmp if that path is too long."""
    beside_data = data_dir / "broker" / "valkey.sock"
    if len(os.fsencode(beside_data)) <= LONGEST_SOCKET_PATH:
        return beside_data
    mark = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"hepcalc-{os.getuid()}-{mark}" / "valkey.sock"


def embedded_url(data_dir: Path) -> str:
    """The embedded broker as a REDIS_URL."""
    return f"unix://{socket_path(data_dir)}"


def broker_url(redis_url: str, data_dir: Path) -> str:
    """The address in the form that Celery understands."""
    url = redis_url or embedded_url(data_dir)
    return url.replace("unix://", "redis+socket://", 1)


def cache_location(redis_url: str) -> str:
    """The address in the form that Django's cache understands.

    Broker and cache share one database: the prefix of the cache's keys keeps them apart.
    """
    return redis_url
