"""The MLLP listener: connections in, frames to the keeper, answers back in the same order."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog

from surveillance.intake.hl7v2.framing import END, START, EndlessFrame, Frame, FrameReader, Giant
from surveillance.intake.hl7v2.groups import Groups
from surveillance.intake.hl7v2.keeping import refusal_of_giant

log = structlog.get_logger(__name__)
AT_A_TIME = 32 * 1024
HANDSHAKE_SECONDS = 10
STOP_SECONDS = 10
# A sender that vanished without a word is noticed after a minute (seconds, seconds, tries).
KEEP_ALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where to listen, and what is borne from a sender.

    `frame_seconds`: for a whole message, for an answer to be made, and for it to be fetched.
    `idle_seconds`: between two messages.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    most_bytes: int = 10 * 1024 * 1024
    most_connections: int = 32
    frame_seconds: float = 60
    idle_seconds: float = 3600


class Listener:
    """Listens until stopped. Whatever a sender does ends with an answer or a closed connection."""

    def __init__(self, listening: Listening, groups: Groups, clock: Callable[[], datetime]) -> None:
        self.listening, self.groups, self.clock = listening, groups, clock
        self._open: set[asyncio.Task[None]] = set()
        self._reading: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._stopping = False

    async def start(self) -> int:
        """Begin to listen; the port. Raises OSError where it is taken."""
        of = self.listening
        self._server = await asyncio.start_server(
            self._meet,
            of.host,
            of.port,
            limit=AT_A_TIME,
            ssl=of.tls,
            ssl_handshake_timeout=HANDSHAKE_SECONDS if of.tls else None,
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Take nothing more, answer what was taken, close."""
        assert self._server is not None
        self._stopping = True
        self._server.close()
        for task in self._reading:
            task.cancel()
        if self._open:
            _done, late = await asyncio.wait(self._open, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
        await self.groups.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if self._stopping or len(self._open) >= self.listening.most_connections:
            log.warning("mllp_turned_away", open_count=len(self._open))
            writer.transport.abort()
            return
        self._open.add(task)
        why = "cancelled"
        try:
            why = await self._why_it_ended(Talk(self, reader, writer))
        except asyncio.CancelledError:
            if not self._stopping:
                raise
        finally:
            self._open.discard(task)
            log.info("mllp_connection_ended", code=why)
            await _close(writer)

    async def _why_it_ended(self, talk: "Talk") -> str:
        try:
            return await talk.until_it_ends()
        except EndlessFrame:
            return "endless_frame"
        except TimeoutError:
            return "too_slow"
        except OSError:
            return "connection_lost"

    async def bytes_from(self, reader: asyncio.StreamReader, deadline: float) -> bytes:
        """The next bytes; none at the end. Raises TimeoutError after the deadline of the loop."""
        task = asyncio.current_task()
        assert task is not None
        self._reading.add(task)
        try:
            async with asyncio.timeout_at(deadline):
                return b"" if self._stopping else await reader.read(AT_A_TIME)
        finally:
            self._reading.discard(task)


class Talk:
    """One connection."""

    def __init__(
        self, listener: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.listener, self.reader, self.writer = listener, reader, writer
        self.of = listener.listening
        self.frames = FrameReader(self.of.most_bytes)
        _keep_alive(writer)

    async def until_it_ends(self) -> str:
        """Take and answer message after message; why it ended."""
        deadline = self._deadline()
        while data := await self.listener.bytes_from(self.reader, deadline):
            was_inside = self.frames.is_inside
            found = self.frames.take(data)
            if found and not await self._answer(found):
                return "not_kept"
            # A message has its time as a whole, however many bytes of it trickle in.
            if found or was_inside != self.frames.is_inside:
                deadline = self._deadline()
        return "ended"

    def _deadline(self) -> float:
        seconds = self.of.frame_seconds if self.frames.is_inside else self.of.idle_seconds
        return asyncio.get_running_loop().time() + seconds

    async def _answer(self, found: list[Frame | Giant]) -> bool:
        """Answer each, in order. False at the first that is not known to be kept."""
        async with asyncio.timeout(self.of.frame_seconds):
            for pending in [self._answer_to(one) for one in found]:
                answer = await pending
                if answer is None:
                    return False
                self.writer.write(framed(answer))
            await self.writer.drain()
        return True

    def _answer_to(self, one: Frame | Giant) -> "asyncio.Future[bytes | None]":
        if isinstance(one, Frame):
            return self.listener.groups.put(one.raw)
        log.warning("mllp_too_large", most_count=self.of.most_bytes)
        ready = asyncio.get_running_loop().create_future()
        ready.set_result(refusal_of_giant(one.head, self.listener.clock()))
        return ready


def framed(answer: bytes) -> bytes:
    """As it goes over the wire; what a message said of itself does not end the answer to it."""
    return START + answer.translate(None, START + END[:1]) + END


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    line = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEP_ALIVE.items():
        if hasattr(socket, name):
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


async def _close(writer: asyncio.StreamWriter) -> None:
    """Hand over what was written, for a moment, then let go."""
    writer.close()
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(1):
            await writer.wait_closed()
    writer.transport.abort()
