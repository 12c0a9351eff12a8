"""POSTs one webhook: to a public address, without following redirects, within ten seconds in all.

Any 2xx means taken. Everything else raises NotTaken; what was answered is read to 300 characters,
and kept nowhere.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Event, Timer
from typing import Final
from urllib.parse import urlsplit

from surveillance.delivery.public_address import AddressRefused, address_to_call

SECONDS: Final = 10
LONGEST_ANSWER: Final = 300
HTTPS_PORT, HTTP_PORT = 443, 80


class NotTaken(Exception):
    """The endpoint did not take it. `status`: its answer, None where there was none."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


def post_webhook(
    url: str, body: bytes, headers: dict[str, str], *, private_allowed: bool = False
) -> int:
    """The status of the answer, a 2xx."""
    parts = urlsplit(url)
    port = parts.port or (HTTPS_PORT if parts.scheme == "https" else HTTP_PORT)
    host = parts.hostname or ""
    try:
        address = address_to_call(host, port, private_allowed=private_allowed)
    except AddressRefused as refused:
        raise NotTaken(str(refused)) from None
    connection = _connected_to(address, host, port, is_secure=parts.scheme == "https")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with _cut_off_after(SECONDS, connection):
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read(LONGEST_ANSWER)
    except (OSError, HTTPException, ValueError) as error:
        raise NotTaken(type(error).__name__) from None
    finally:
        connection.close()
    if not 200 <= answer.status < 300:
        raise NotTaken(f"http_{answer.status}", answer.status)
    return answer.status


@contextmanager
def _cut_off_after(seconds: float, connection: HTTPConnection) -> Iterator[None]:
    """A socket's own time limit begins anew with every byte: whoever drips them would hold us.

    Raises TimeoutError where it came to that, whatever was answered until then.
    """
    is_late = Event()

    def cut() -> None:
        is_late.set()
        with suppress(OSError):
            if connection.sock is not None:
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if is_late.is_set():
        raise TimeoutError


def _connected_to(address: str, host: str, port: int, *, is_secure: bool) -> HTTPConnection:
    """A connection to that very address; the certificate must be the name's."""
    if is_secure:
        context = ssl.create_default_context()
        return _Secure(address, host, port, context)
    return _Plain(address, host, port)


class _Plain(HTTPConnection):
    """Connects to `address`, whatever its name means by then."""

    def __init__(self, address: str, host: str, port: int) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self._address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), SECONDS)


class _Secure(HTTPSConnection):
    """The same over TLS."""

    def __init__(self, address: str, host: str, port: int, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=SECONDS, context=context)
        self._address = address
        self._own_context = context

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), SECONDS)
        self.sock = plain  # to be cut off during the handshake as well
        self.sock = self._own_context.wrap_socket(plain, server_hostname=self.host)
